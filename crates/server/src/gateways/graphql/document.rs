//! What a query costs before anybody looks at what it asks.
//!
//! It exists because a few hundred bytes can make a parser recurse and a validator multiply: brackets in brackets, and
//! fragments that name fragments twice. Both are counted here first, in time that is linear in what was sent.
//!
//! **Invariant:** nothing is parsed that nests too deep, and nothing validated that is too much when it is written out.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Request};

use super::fault::{Fault, Why};
use super::limits::{NESTING_MAX, PARTS_MAX, QUERY_BYTES_MAX};

/// What kind of operation a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One answer.
    Answer,
    /// Answers until somebody ends it.
    Subscription,
}

/// Parses the query of a request and keeps it there, or says why it is not looked at.
pub(super) fn weigh(request: &mut Request) -> Result<Kind, Fault> {
    if request.query.len() > QUERY_BYTES_MAX {
        return Err(Fault::new(Why::QueryTooLong, format!("A query has at most {QUERY_BYTES_MAX} bytes")));
    }
    if nesting(&request.query) > NESTING_MAX {
        return Err(too_deep());
    }
    let document = parse_query(&request.query)
        .map_err(|error| Fault::new(Why::Unreadable, format!("The query cannot be read: {error}")))?;
    let kind = kind(&document, request.operation_name.as_deref())?;
    request.set_parsed_query(document);
    Ok(kind)
}

fn too_deep() -> Fault {
    Fault::new(Why::QueryTooDeep, format!("Brackets stand at most {NESTING_MAX} deep in each other"))
}

/// How deep brackets stand in each other, those in texts and comments left out.
fn nesting(query: &str) -> usize {
    let (mut deepest, mut now) = (0_usize, 0_usize);
    let mut rest = query.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match first {
            b'"' => after_text(rest),
            b'#' => {
                let end = tail.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                end.map_or(&[][..], |end| &tail[end..])
            }
            b'{' | b'(' | b'[' => {
                now += 1;
                deepest = deepest.max(now);
                tail
            }
            b'}' | b')' | b']' => {
                now = now.saturating_sub(1);
                tail
            }
            _ => tail,
        };
    }
    deepest
}

/// What follows a text that begins here, in one pair of quotation marks or in three.
fn after_text(text: &[u8]) -> &[u8] {
    let (mark, escape): (&[u8], &[u8]) =
        if text.starts_with(b"\"\"\"") { (b"\"\"\"", b"\\\"\"\"") } else { (b"\"", b"\\") };
    let mut rest = &text[mark.len()..];
    while !rest.is_empty() {
        if rest.starts_with(escape) {
            // One pair: whatever is escaped has one byte more at least.
            rest = rest.get(escape.len().max(2)..).unwrap_or_default();
        } else if rest.starts_with(mark) {
            return &rest[mark.len()..];
        } else {
            rest = &rest[1..];
        }
    }
    rest
}

/// What the operation of this name is, if all of the document together is not too much.
fn kind(document: &ExecutableDocument, name: Option<&str>) -> Result<Kind, Fault> {
    let mut scales = Scales { document, known: HashMap::new() };
    let mut all = 0_u64;
    let mut found = Kind::Answer;
    for (own, operation) in document.operations.iter() {
        let (parts, roots) = scales.set(&operation.node.selection_set.node)?;
        all = all.saturating_add(parts);
        let meant = name.is_none_or(|name| own.is_none_or(|own| own.as_str() == name));
        if operation.node.ty == OperationType::Subscription {
            if roots != 1 {
                let message = "A subscription asks for exactly one thing";
                return Err(Fault::new(Why::Unreadable, message));
            }
            if meant {
                found = Kind::Subscription;
            }
        }
    }
    if all > PARTS_MAX {
        let message = format!("A query has at most {PARTS_MAX} fields, its fragments written out");
        return Err(Fault::new(Why::QueryTooComplex, message));
    }
    Ok(found)
}

/// Weighs each fragment once, however often it is named.
struct Scales<'a> {
    document: &'a ExecutableDocument,
    /// `None` while it is being weighed: whoever asks then stands in a circle.
    known: HashMap<&'a Name, Option<(u64, u64)>>,
}

impl<'a> Scales<'a> {
    /// How many fields there are in all, and how many of them stand at the top.
    fn set(&mut self, set: &'a SelectionSet) -> Result<(u64, u64), Fault> {
        let (mut parts, mut roots) = (0_u64, 0_u64);
        for item in &set.items {
            let (more, tops) = match &item.node {
                Selection::Field(field) => {
                    let (below, _) = self.set(&field.node.selection_set.node)?;
                    (below.saturating_add(1), 1)
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
            };
            parts = parts.saturating_add(more);
            roots = roots.saturating_add(tops);
        }
        Ok((parts, roots))
    }

    fn fragment(&mut self, name: &'a Name) -> Result<(u64, u64), Fault> {
        match self.known.get(name) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => return Err(Fault::new(Why::Unreadable, "A fragment names itself")),
            None => {}
        }
        // What is not there is for the validation to say.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok((0, 0)) };
        if self.known.values().filter(|weight| weight.is_none()).count() >= NESTING_MAX {
            return Err(too_deep());
        }
        self.known.insert(name, None);
        let weight = self.set(&fragment.node.selection_set.node)?;
        self.known.insert(name, Some(weight));
        Ok(weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(query: &str) -> Result<Kind, Why> {
        weigh(&mut Request::new(query)).map_err(|fault| fault.why())
    }

    #[test]
    fn what_is_asked_for_is_told_from_what_is_listened_to() {
        assert_eq!(weighed("{ me { id } }"), Ok(Kind::Answer));
        assert_eq!(weighed("mutation { a { id } }"), Ok(Kind::Answer));
        assert_eq!(weighed("subscription { myTicketUpdates { eventType } }"), Ok(Kind::Subscription));
        let mut two = Request::new("query A { a } subscription B { b }").operation_name("B");
        assert_eq!(weigh(&mut two).ok(), Some(Kind::Subscription));
    }

    /// GS-6: brackets in brackets reach no parser.
    #[test]
    fn what_nests_too_deep_is_not_parsed() {
        for (open, close) in [("{a", "}"), ("{a(b:[", "])}"), ("{a(b:{c:", "})}")] {
            let fits = format!("{}{}", open.repeat(3), close.repeat(3));
            assert_ne!(weighed(&fits), Err(Why::QueryTooDeep), "{fits}");
            let deep = open.repeat(5_000);
            assert_eq!(weighed(&deep[..deep.len().min(QUERY_BYTES_MAX)]), Err(Why::QueryTooDeep));
        }
    }

    #[test]
    fn brackets_in_texts_and_comments_are_only_text() {
        let brackets = "{".repeat(200);
        for query in [
            format!("{{ a(b: \"{brackets}\") }}"),
            format!("{{ a(b: \"\\\"{brackets}\") }}"),
            format!("{{ a(b: \"\"\"x \\\"\"\" {brackets}\"\"\") }}"),
            format!("# {brackets}\n{{ a }}"),
            format!("{{ a(b: \"\", c: \"{brackets}\") }}"),
        ] {
            assert_eq!(weighed(&query), Ok(Kind::Answer), "{query}");
        }
        for open in ["{ a(b: \"", "{ a(b: \"\"\"", "{ a(b: \"\\", "# "] {
            assert_eq!(weighed(open), Err(Why::Unreadable), "{open}");
        }
    }

    /// GS-6: a kilobyte that would be a thousand million fields costs a kilobyte.
    #[test]
    fn fragments_that_multiply_are_counted_and_not_written_out() {
        let mut bomb = "{ ...F0 }".to_owned();
        for level in 0..30 {
            bomb.push_str(&format!(" fragment F{level} on Q {{ ...F{next} ...F{next} }}", next = level + 1));
        }
        bomb.push_str(" fragment F30 on Q { a }");
        assert_eq!(weighed(&bomb), Err(Why::QueryTooComplex));
        let many = format!("{{ {} }}", "a ".repeat(2_001));
        assert_eq!(weighed(&many), Err(Why::QueryTooComplex));
    }

    #[test]
    fn fragments_in_a_circle_or_in_a_long_row_are_refused() {
        assert_eq!(
            weighed("{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }"),
            Err(Why::Unreadable)
        );
        let mut row = "{ ...F0 }".to_owned();
        for level in 0..100 {
            row.push_str(&format!(" fragment F{level} on Q {{ ...F{} }}", level + 1));
        }
        assert_eq!(weighed(&row), Err(Why::QueryTooDeep));
    }

    #[test]
    fn a_subscription_is_one_thing_however_it_is_written() {
        for two in [
            "subscription { a b }",
            "subscription { a ...F } fragment F on S { b }",
            "subscription { ... on S { a b } }",
        ] {
            assert_eq!(weighed(two), Err(Why::Unreadable), "{two}");
        }
        assert_eq!(weighed("subscription { ...F } fragment F on S { a }"), Ok(Kind::Subscription));
    }

    #[test]
    fn a_query_over_its_size_is_not_looked_at() {
        assert_eq!(weighed(&" ".repeat(QUERY_BYTES_MAX + 1)), Err(Why::QueryTooLong));
    }
}

//! Long text, cut to the part that somebody asks for (`field_ranges`).
//!
//! It exists so that a reader on a slow line is not sent a description of many pages to show its first lines.
//!
//! **Invariant:** only text is cut, at characters; what was cut is named, and a range that names nothing cuts nothing.

use serde_json::Value;

use super::extract::{Params, invalid};
use super::problem::Problem;

/// Ranges of one request at most. One more is refused.
const RANGES_MAX: usize = 20;

/// Parts of text that somebody asks for.
pub(super) struct Ranges(Vec<Range>);

/// Characters of one text, from 0: the first that is wanted, and the first that is not.
struct Range {
    /// The keys on the way to the text, with dots between them.
    selector: String,
    start: usize,
    end: usize,
}

impl Ranges {
    /// Reads `field_ranges[selector]=start-end`, and `field` with `range`.
    pub(super) fn read(params: &Params) -> Result<Self, Problem> {
        let mut ranges = Vec::new();
        for (key, text) in params.every() {
            if let Some(selector) = key.strip_prefix("field_ranges[").and_then(|rest| rest.strip_suffix(']'))
            {
                ranges.push(Range::read("field_ranges", selector, text)?);
            }
        }
        match (params.text("field"), params.text("range")) {
            (Some(field), Some(range)) => ranges.push(Range::read("range", field, range)?),
            (None, None) => {}
            _ => return Err(invalid("range", "custom", "field and range belong together")),
        }
        if ranges.len() > RANGES_MAX {
            return Err(invalid("field_ranges", "too_big", format!("At most {RANGES_MAX} ranges")));
        }
        Ok(Self(ranges))
    }

    /// Cuts what they name in `value`, and says which text became shorter.
    pub(super) fn cut(&self, value: &mut Value) -> Vec<String> {
        self.0.iter().filter(|range| range.cut(value)).map(|range| range.selector.clone()).collect()
    }
}

impl Range {
    fn read(parameter: &str, selector: &str, text: &str) -> Result<Self, Problem> {
        let bounds = text.split_once('-').and_then(|(start, end)| {
            Some((start.trim().parse::<usize>().ok()?, end.trim().parse::<usize>().ok()?))
        });
        match bounds {
            Some((start, end)) if start <= end => Ok(Self { selector: selector.to_owned(), start, end }),
            _ => {
                let message = "A range is two numbers such as 0-200, the smaller one first";
                Err(invalid(parameter, "invalid_string", message))
            }
        }
    }

    fn cut(&self, value: &mut Value) -> bool {
        let found = self.selector.split('.').try_fold(value, |at, key| at.get_mut(key));
        let Some(Value::String(text)) = found else { return false };
        let wanted: String = text.chars().skip(self.start).take(self.end - self.start).collect();
        let is_shorter = wanted.len() < text.len();
        *text = wanted;
        is_shorter
    }
}

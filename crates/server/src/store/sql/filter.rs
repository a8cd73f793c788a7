//! The condition of a list, put together from what a caller asked for.
//!
//! It exists so that filters combine freely while every value still goes in through a place.
//!
//! **Invariant:** a condition and its values grow together.

use super::Cell;

/// A `WHERE` and what belongs into its places.
pub(in crate::store) struct Conditions<'a> {
    sql: String,
    values: Vec<Cell<'a>>,
}

impl<'a> Conditions<'a> {
    /// Begins with a condition on the tenant: `column` is it.
    pub(in crate::store) fn of(column: &str, tenant: impl Into<Cell<'a>>) -> Self {
        Self { sql: format!("{column} = ?1"), values: vec![tenant.into()] }
    }

    /// Begins with nothing, for what belongs to no tenant.
    pub(in crate::store) fn none() -> Self {
        Self { sql: "1 = 1".to_owned(), values: Vec::new() }
    }

    /// And this too; each `?` in it, from left to right, is the place of one value.
    pub(in crate::store) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Cell<'a>>) {
        self.sql.push_str(" AND ");
        let mut values = values.into_iter();
        let mut parts = condition.split('?');
        self.sql.extend(parts.next());
        for part in parts {
            let place = self.place(values.next().unwrap_or(Cell::Null));
            self.sql.push_str(&place);
            self.sql.push_str(part);
        }
    }

    /// And `column` is one of these; of none of them there is no row.
    pub(in crate::store) fn any_of(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = impl Into<Cell<'a>>>,
    ) {
        let mut values: Vec<Cell<'a>> = values.into_iter().map(Into::into).collect();
        let Some(last) = values.last().cloned() else {
            self.sql.push_str(" AND 1 = 0");
            return;
        };
        // Lists of many lengths would be as many statements to prepare: the last value fills up to the next power of two.
        values.resize(values.len().next_power_of_two(), last);
        let places: Vec<_> = values.into_iter().map(|value| self.place(value)).collect();
        self.sql.push_str(&format!(" AND {column} IN ({})", places.join(", ")));
    }

    /// And one of these: each part adds its own conditions.
    pub(in crate::store) fn either<T>(
        &mut self,
        parts: impl IntoIterator<Item = T>,
        add: impl Fn(&mut Self, T),
    ) {
        let before = std::mem::take(&mut self.sql);
        let mut halves = Vec::new();
        for part in parts {
            self.sql = "1 = 1".to_owned();
            add(self, part);
            halves.push(std::mem::take(&mut self.sql));
        }
        self.sql = format!("{before} AND (({}))", halves.join(") OR ("));
    }

    /// The place of one more value, for a statement that goes on behind the condition.
    pub(in crate::store) fn place(&mut self, value: Cell<'a>) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    /// What goes behind `WHERE`.
    pub(in crate::store) fn sql(&self) -> &str {
        &self.sql
    }

    /// What goes into its places.
    pub(in crate::store) fn values(&self) -> &[Cell<'a>] {
        &self.values
    }
}

/// A `LIKE` pattern that finds `text` anywhere, taking none of its characters as a wildcard. Use it with `ESCAPE '\'`.
pub(in crate::store) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_search_is_a_wildcard() {
        assert_eq!(contains(r"100%_\x"), r"%100\%\_\\x%");
    }

    #[test]
    fn every_value_has_its_place() {
        let mut conditions = Conditions::of("t.tenant", "t");
        conditions.and("(a = ? OR b = ?)", [1_i64.into(), 2_i64.into()]);
        conditions.any_of("c", ["x", "y", "z"]);
        conditions.any_of("d", [] as [&str; 0]);
        assert_eq!(
            conditions.sql(),
            "t.tenant = ?1 AND (a = ?2 OR b = ?3) AND c IN (?4, ?5, ?6, ?7) AND 1 = 0"
        );
        conditions.either(["e", "f"], |half, column| half.and(&format!("{column} = ?"), [7_i64.into()]));
        assert!(conditions.sql().ends_with(" AND 1 = 0 AND ((1 = 1 AND e = ?8) OR (1 = 1 AND f = ?9))"));
        let texts = ["x", "y", "z", "z"].map(Cell::from);
        assert_eq!(conditions.values()[..3], ["t".into(), Cell::Int(1), Cell::Int(2)]);
        assert_eq!(conditions.values()[3..7], texts);
    }
}

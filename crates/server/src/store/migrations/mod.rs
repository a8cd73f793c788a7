//! The steps of the schema, each written for both engines.
//!
//! It exists so that a step cannot be forgotten for one engine: `steps!` reads a file of the same name from each folder.
//!
//! **Invariant:** a step that was ever released never changes, its number only grows, and there is no way back down.

/// One step of the schema.
pub(super) struct Step {
    /// Its number; the database keeps the greatest that it has had.
    pub(super) number: u32,
    /// What SQLite runs.
    pub(super) sqlite: &'static str,
    /// What Postgres runs.
    pub(super) postgres: &'static str,
}

macro_rules! steps {
    ($($number:literal $file:literal)*) => {
        &[$(Step {
            number: $number,
            sqlite: include_str!(concat!("sqlite/", $file)),
            postgres: include_str!(concat!("postgres/", $file)),
        }),*]
    };
}

/// Every step, in order of number.
const STEPS: &[Step] = steps! {
    1 "0001_tickets.sql"
    2 "0002_access_and_schedules.sql"
    3 "0003_comments_and_bundles.sql"
    4 "0004_tickets.sql"
    5 "0005_service_levels.sql"
    6 "0006_administration.sql"
    7 "0007_events.sql"
    8 "0008_outlets.sql"
    9 "0009_capacity.sql"
};

/// The number of the last step.
pub(super) const NEWEST: u32 = STEPS[STEPS.len() - 1].number;

/// What a database still needs that has had all steps up to `number`.
pub(super) fn after(number: u32) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.number > number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_in_order_and_no_number_is_given_twice() {
        assert!(STEPS.is_sorted_by(|one, next| one.number < next.number));
    }
}

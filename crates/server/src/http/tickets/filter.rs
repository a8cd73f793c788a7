//! What a query says of which tickets are meant.
//!
//! It exists so that the list and the counts take the same parameters.
//!
//! **Invariant:** a parameter that is known and cannot be read is refused; one that is unknown is ignored, as in the stock.

use callboard_model::Timestamp;
use serde_json::{Map, Value};

use crate::domain::Issue;
use crate::domain::extras::{TAGS_MAX, tag};
use crate::domain::value::to_millisecond;
use crate::http::extract::{Params, invalid};
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::store::query::{Bound, Filter, Moment, Search, Words};

/// Ids of one list parameter at most.
pub(super) const IDS_MAX: usize = 200;
/// The longest text that is searched for, in characters.
pub(super) const SEARCH_MAX: usize = 200;

/// Where `search` looks.
const SEARCHED: [Words; 3] = [Words::Title, Words::Number, Words::ClientName];

/// Parameters that look for words in one column.
const WORDS: [(&str, Words); 7] = [
    ("title", Words::Title),
    ("ticket_number", Words::Number),
    ("client_name", Words::ClientName),
    ("contact_name", Words::ContactName),
    ("status_name", Words::StatusName),
    ("priority_name", Words::PriorityName),
    ("category_name", Words::CategoryName),
];

/// Parameters that bound a moment; `created_` is the stock's other word for `entered_`.
const MOMENTS: [(&str, Moment, Bound); 8] = [
    ("entered_from", Moment::Entered, Bound::From),
    ("entered_to", Moment::Entered, Bound::To),
    ("created_from", Moment::Entered, Bound::From),
    ("created_to", Moment::Entered, Bound::To),
    ("updated_from", Moment::Updated, Bound::From),
    ("updated_to", Moment::Updated, Bound::To),
    ("closed_from", Moment::Closed, Bound::From),
    ("closed_to", Moment::Closed, Bound::To),
];

/// Every other parameter, with what it means.
const OTHERS: [(&str, &str); 20] = [
    ("board_id", "On this board"),
    ("location_id", "At this place"),
    ("contact_name_id", "For this contact"),
    ("category_id", "In this category"),
    ("subcategory_id", "In this subcategory"),
    ("entered_by", "Entered by this person"),
    ("status_id", "In this status"),
    ("status_ids", "In one of these: comma-separated, or a JSON array"),
    ("priority_id", "Of this priority"),
    ("priority_ids", "Of one of these"),
    ("client_id", "Of this client"),
    ("client_ids", "Of one of these"),
    ("assigned_to", "Assigned to this person"),
    ("assigned_to_ids", "Assigned to one of these"),
    ("is_open", "Open, or not"),
    ("is_closed", "Closed, or not"),
    ("has_assignment", "Assigned to somebody, or to nobody"),
    ("board_name", "On a board of exactly this name"),
    ("tags", "With at least one of these: comma-separated, or repeated"),
    ("search", "With this text in title, number or client name"),
];

/// Says in the document which parameters there are.
pub(super) fn described(contract: Contract) -> Contract {
    let contract =
        OTHERS.iter().fold(contract, |contract, (name, what)| contract.query::<String>(name, what));
    let contract = WORDS.iter().fold(contract, |contract, (name, _)| {
        contract.query::<String>(name, "With these words in it, in either case")
    });
    MOMENTS.iter().fold(contract, |contract, (name, _, bound)| {
        let what = match bound {
            Bound::From => "Then or later, such as 2026-11-21T10:00:00Z",
            Bound::To => "Then or earlier",
        };
        contract.query::<String>(name, what)
    })
}

/// Reads all of them.
pub(super) fn read(params: &Params) -> Result<Filter, Problem> {
    Ok(Filter {
        board: params.id("board_id")?,
        location: params.id("location_id")?,
        contact: params.id("contact_name_id")?,
        category: params.id("category_id")?,
        subcategory: params.id("subcategory_id")?,
        entered_by: params.id("entered_by")?,
        statuses: one_or_many(params, "status_id", "status_ids")?,
        priorities: one_or_many(params, "priority_id", "priority_ids")?,
        clients: one_or_many(params, "client_id", "client_ids")?,
        assignees: one_or_many(params, "assigned_to", "assigned_to_ids")?,
        closed: closed(params)?,
        assigned: params.parsed("has_assignment")?,
        words: words(params)?,
        board_name: text(params, "board_name")?,
        search: text(params, "search")?.map(|text| Search { text, within: SEARCHED.into() }),
        tags: tags(params)?,
        moments: moments(params)?,
        ids: None,
    })
}

/// What was asked for, as it was spelled: the stock tells it back.
pub(super) fn told_back(params: &Params) -> Map<String, Value> {
    let names = OTHERS.iter().map(|(name, _)| *name);
    let names =
        names.chain(WORDS.iter().map(|(name, _)| *name)).chain(MOMENTS.iter().map(|(name, ..)| *name));
    names.filter_map(|name| Some((name.to_owned(), params.text(name)?.into()))).collect()
}

/// A text of bounded length.
pub(super) fn text(params: &Params, name: &str) -> Result<Option<String>, Problem> {
    match params.text(name) {
        Some(text) if text.chars().count() > SEARCH_MAX => {
            Err(invalid(name, "too_big", format!("{name} has at most {SEARCH_MAX} characters")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn one_or_many<T: for<'a> From<&'a str>>(
    params: &Params,
    one: &str,
    many: &str,
) -> Result<Option<Vec<T>>, Problem> {
    match params.id(one)? {
        Some(one) => Ok(Some(vec![one])),
        None => params.ids(many, IDS_MAX),
    }
}

/// `is_open=true` and `is_closed=false` are the same wish; two that contradict each other are refused.
fn closed(params: &Params) -> Result<Option<bool>, Problem> {
    let open: Option<bool> = params.parsed("is_open")?;
    let closed: Option<bool> = params.parsed("is_closed")?;
    match (open, closed) {
        (Some(open), Some(closed)) if open == closed => Err(Problem::invalid(&[Issue::at(
            "is_open",
            "custom",
            "is_open and is_closed contradict each other",
        )])),
        (Some(open), _) => Ok(Some(!open)),
        (None, closed) => Ok(closed),
    }
}

fn words(params: &Params) -> Result<Vec<(Words, String)>, Problem> {
    let found = WORDS.iter().map(|&(name, column)| Ok(text(params, name)?.map(|text| (column, text))));
    found.filter_map(Result::transpose).collect()
}

fn moments(params: &Params) -> Result<Vec<(Moment, Bound, Timestamp)>, Problem> {
    let read = |&(name, moment, bound): &(&str, Moment, Bound)| {
        let at: Option<Timestamp> = params.parsed(name)?;
        Ok(at.and_then(to_millisecond).map(|at| (moment, bound, at)))
    };
    MOMENTS.iter().map(read).filter_map(Result::transpose).collect()
}

/// The stock takes them comma-separated and repeated, and compares them in small letters.
fn tags(params: &Params) -> Result<Option<Vec<String>>, Problem> {
    let all = params.all("tags").flat_map(|text| text.split(','));
    let tags: Vec<String> = all.map(tag).filter(|word| !word.is_empty()).collect();
    match tags.len() {
        0 => Ok(None),
        1..=TAGS_MAX => Ok(Some(tags)),
        _ => Err(invalid("tags", "too_big", format!("tags has at most {TAGS_MAX} tags"))),
    }
}

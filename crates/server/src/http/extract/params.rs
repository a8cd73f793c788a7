//! Ids in paths and parameters in queries.
//!
//! **Invariant:** an id that cannot be one of ours is "not found" before anything is looked up.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;

use crate::app::App;
use crate::domain::Issue;
use crate::domain::value::ID_MAX;
use crate::http::problem::Problem;
use crate::store::directory::SEARCH_MAX;

/// The one id in a path.
pub struct Id(pub String);

impl FromRequestParts<App> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let missing = || Problem::not_found("There is nothing with this id");
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| missing())?;
        if is_id(&id) { Ok(Self(id)) } else { Err(missing()) }
    }
}

/// Whether text could be an id at all.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The parameters of a query. Unknown ones are ignored, as in the stock.
pub struct Params(Vec<(String, String)>);

impl FromRequestParts<App> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        pairs.map(|Query(pairs)| Self(pairs)).map_err(|_| Problem::bad_request("The query cannot be read"))
    }
}

impl Params {
    /// Parameters that came another way than in a query.
    #[must_use]
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The text of a parameter; an empty one counts as none.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|text| !text.is_empty())
    }

    /// Every text of a parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A text to search for.
    pub fn words(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.text(name) {
            Some(text) if text.chars().count() > SEARCH_MAX => {
                Err(invalid(name, "too_big", format!("{name} has at most {SEARCH_MAX} characters")))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Every parameter with its text.
    pub fn every(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A parameter as something that can be read from text.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| invalid(name, "invalid_type", format!("{name} cannot be read")))
            })
            .transpose()
    }

    /// A whole number between two bounds.
    pub fn within(
        &self,
        name: &str,
        default: u32,
        bounds: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, Problem> {
        let number = self.parsed(name)?.unwrap_or(default);
        if bounds.contains(&number) {
            Ok(number)
        } else {
            let (low, high) = bounds.into_inner();
            Err(invalid(name, "out_of_range", format!("{name} is a number from {low} to {high}")))
        }
    }

    /// An id.
    pub fn id<T: for<'a> From<&'a str>>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.text(name)
            .map(|text| if is_id(text) { Ok(text.into()) } else { Err(not_an_id(name)) })
            .transpose()
    }

    /// Up to `max` ids: comma-separated, or a JSON array as the stock allows.
    pub fn ids<T: for<'a> From<&'a str>>(&self, name: &str, max: usize) -> Result<Option<Vec<T>>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let list: Vec<String> = if text.starts_with('[') {
            serde_json::from_str(text).map_err(|_| not_an_id(name))?
        } else {
            text.split(',').map(|one| one.trim().to_owned()).collect()
        };
        if list.len() > max {
            return Err(invalid(name, "too_big", format!("{name} has at most {max} ids")));
        }
        if list.iter().all(|one| is_id(one)) {
            Ok(Some(list.iter().map(|one| one.as_str().into()).collect()))
        } else {
            Err(not_an_id(name))
        }
    }
}

fn not_an_id(name: &str) -> Problem {
    invalid(name, "invalid_string", format!("{name} is not an id"))
}

/// A refusal that names one parameter.
pub fn invalid(name: &str, code: &'static str, message: impl Into<String>) -> Problem {
    Problem::invalid(&[Issue::at(name, code, message)])
}

//! The hours in which somebody works, as promises are counted.
//!
//! **Invariant:** a calendar is written whole, and one that cannot be counted by is refused.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use callboard_model::rest::One;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Deed, gone};
use crate::app::App;
use crate::domain::Issue;
use crate::domain::sla::calendar::{DAY_MINUTES, Shift};
use crate::http::extract::{Administrator, Id, Object, WriteHeaders, each, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::agreements::{BusinessHours, Place};

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .post("/calendars", add, Contract::adds::<CalendarWish, One<Calendar>>("Add a calendar"))
        .put(
            "/calendars/{id}",
            change,
            Contract::sets::<CalendarWish, One<Calendar>>("Write a calendar anew"),
        )
        .delete("/calendars/{id}", remove, Contract::drops("Take a calendar away that no policy counts in"))
}

/// A calendar.
#[derive(Serialize, ToSchema)]
pub(super) struct Calendar {
    calendar_id: String,
    name: String,
    /// The IANA name of its time zone.
    timezone: String,
    shifts: Vec<Hours>,
    holidays: Vec<Holiday>,
}

/// Working time on one day of the week, by the local clock.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarShift)]
struct Hours {
    /// 0 is Sunday, as in the stock.
    day_of_week: i8,
    /// Such as 08:00.
    opens_at: String,
    /// Such as 18:00; 24:00 is the end of the day.
    closes_at: String,
}

/// A day on which nobody works.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarHoliday)]
struct Holiday {
    #[schema(value_type = String, format = Date)]
    date: Date,
    #[serde(default)]
    name: String,
}

/// A calendar as it shall be.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct CalendarWish {
    name: String,
    timezone: String,
    /// At most 168.
    shifts: Vec<Hours>,
    /// At most 1000.
    holidays: Option<Vec<Holiday>>,
}

impl From<BusinessHours> for Calendar {
    fn from(hours: BusinessHours) -> Self {
        let shift = |shift: &Shift| Hours {
            day_of_week: shift.day.to_sunday_zero_offset(),
            opens_at: clock(shift.opens),
            closes_at: clock(shift.closes),
        };
        Self {
            calendar_id: hours.id,
            name: hours.name,
            timezone: hours.zone,
            shifts: hours.shifts.iter().map(shift).collect(),
            holidays: hours.holidays.into_iter().map(|(date, name)| Holiday { date, name }).collect(),
        }
    }
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes(clock: &str) -> Option<u16> {
    let (hours, minutes) = clock.split_once(':')?;
    let all_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(hours) || !all_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY_MINUTES).then_some(all)
}

fn shift(hours: &Hours) -> Option<Shift> {
    Some(Shift {
        day: Weekday::from_sunday_zero_offset(hours.day_of_week).ok()?,
        opens: minutes(&hours.opens_at)?,
        closes: minutes(&hours.closes_at)?,
    })
}

fn read(body: &Map<String, Value>, id: String) -> Result<BusinessHours, Problem> {
    let (mut name, mut zone, mut shifts, mut holidays) = (None, None, None, Vec::new());
    let take = |key: &str, json: &Value| {
        match key {
            "name" => name = said(key, json, "text")?,
            "timezone" => zone = said(key, json, "the name of a time zone")?,
            "shifts" => {
                let what =
                    "a list such as [{\"day_of_week\":1,\"opens_at\":\"08:00\",\"closes_at\":\"18:00\"}]";
                let sent: Vec<Hours> = said(key, json, what)?.unwrap_or_default();
                let read: Option<Vec<_>> = sent.iter().map(shift).collect();
                shifts =
                    Some(read.ok_or_else(|| Issue::at(key, "invalid_string", format!("{key} is {what}")))?);
            }
            "holidays" => {
                let what = "a list such as [{\"date\":\"2026-12-25\",\"name\":\"Christmas\"}]";
                let sent: Vec<Holiday> = said(key, json, what)?.unwrap_or_default();
                holidays = sent.into_iter().map(|one| (one.date, one.name)).collect();
            }
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of a calendar"))),
        }
        Ok(())
    };
    each(body, take).map_err(|issues| Problem::invalid(&issues))?;
    match (name, zone, shifts) {
        (Some(name), Some(zone), Some(shifts)) => Ok(BusinessHours { id, name, zone, shifts, holidays }),
        (name, zone, shifts) => {
            let missing =
                [("name", name.is_none()), ("timezone", zone.is_none()), ("shifts", shifts.is_none())];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            let issues: Vec<_> = missing.map(|(key, _)| Issue::at(key, "invalid_type", "Required")).collect();
            Err(Problem::invalid(&issues))
        }
    }
}

async fn add(
    State(app): State<App>,
    Administrator(caller): Administrator,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let hours = read(&body.map, Uuid::new_v4().to_string())?;
    let (headers, address) = (&headers, &["calendars"]);
    let deed = Deed { caller: &caller, headers, method: Method::POST, address, body: &body.bytes };
    write(&app, &deed, hours, Place::New).await
}

async fn change(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let hours = read(&body.map, id.clone())?;
    let (headers, address) = (&headers, &["calendars", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::PUT, address, body: &body.bytes };
    write(&app, &deed, hours, Place::Taken).await
}

async fn write(app: &App, deed: &Deed<'_>, hours: BusinessHours, place: Place) -> Result<Response, Problem> {
    let attempt = app.store.write_calendar(deed.author()?, hours.clone(), place).await?;
    let status = if place == Place::New { StatusCode::CREATED } else { StatusCode::OK };
    // Given again, it is the first one's id with what was sent then, which is what was sent now.
    let told =
        |id| (status, Json(One { data: Calendar::from(BusinessHours { id, ..hours }) })).into_response();
    deed.answer(attempt, String::clone, told)
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
) -> Result<Response, Problem> {
    let (headers, address) = (&headers, &["calendars", id.as_str()]);
    let deed = Deed { caller: &caller, headers, method: Method::DELETE, address, body: &[] };
    let attempt = app.store.remove_calendar(deed.author()?, id.clone()).await?;
    deed.answer(attempt, |()| id.clone(), gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_read_as_it_is_written() {
        for all in 0..=DAY_MINUTES {
            assert_eq!(minutes(&clock(all)), Some(all));
        }
        for wrong in ["", "8:00", "08.00", "24:01", "12:60", "+8:00", "08:0", "99:00", "08:00:00"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }
}

//! The company's customers, where they are and whom to call there.
//!
//! **Invariant:** every customer has at least one place and two contacts.

use callboard_model::ClientId;

use super::dice::Dice;
use crate::store::lookups::{Client, Contact, Location};

pub(super) struct Customers {
    pub(super) clients: Vec<Client>,
    pub(super) locations: Vec<Location>,
    pub(super) contacts: Vec<Contact>,
}

const CLIENTS: &[&str] = &[
    "Alderney Dental Group",
    "Arden & Pike Solicitors",
    "Bayview Primary School",
    "Beacon Logistics",
    "Blue Anchor Hotel",
    "Brightwater Housing",
    "Calder Engineering",
    "Castle Street Surgery",
    "Cobalt Architects",
    "Coastal Credit Union",
    "Dockside Brewery",
    "Eastgate Veterinary Clinic",
    "Elm Tree Care Home",
    "Fairweather Travel",
    "Ferryman Insurance",
    "Gull Rock Seafoods",
    "Greenfield Nurseries",
    "Harper Print Works",
    "Highmoor Parish Council",
    "Ironbridge Metals",
    "Juniper Accounting",
    "Kestrel Aviation",
    "Lantern Theatre",
    "Lighthouse Charity",
    "Marlow Estate Agents",
    "Meridian Pharmacy",
    "Mill Lane Bakery",
    "Northquay Marina",
    "Oakwell Builders",
    "Orchard Foods",
    "Pemberton Textiles",
    "Quayside Studios",
    "Redwing Couriers",
    "Saltmarsh Farm Shop",
    "Seaton Library Trust",
    "Sterling Opticians",
    "Tidewater Shipping",
    "Union Street Gym",
    "Westhaven Hospital Trust",
    "Yardarm Chandlers",
];

const PLACES: &[&str] =
    &["Head Office", "Warehouse", "Branch North", "Branch South", "Workshop", "Reception"];
const STREETS: &[&str] = &[
    "Harbour Road",
    "Castle Street",
    "Mill Lane",
    "Station Approach",
    "Victoria Parade",
    "Church Walk",
    "Quay Street",
    "Orchard Close",
];
const FIRST: &[&str] = &[
    "Amelia", "Jonas", "Fatima", "George", "Ivy", "Mateo", "Noor", "Oliver", "Petra", "Rashid", "Sofia",
    "Theo", "Una", "Wei", "Yusuf", "Zoë",
];
const LAST: &[&str] = &[
    "Ashworth",
    "Bianchi",
    "Chaudhry",
    "Dupont",
    "Eriksen",
    "Fletcher",
    "Goldberg",
    "Hughes",
    "Iqbal",
    "Jansen",
    "Kowalski",
    "Lindgren",
    "Moreau",
    "Novak",
    "O’Brien",
    "Papadakis",
];

pub(super) fn customers(dice: &mut Dice) -> Customers {
    let mut all = Customers { clients: Vec::new(), locations: Vec::new(), contacts: Vec::new() };
    for name in CLIENTS {
        let client_id: ClientId = dice.id();
        for place in PLACES.iter().take(1 + dice.below(3)) {
            all.locations.push(Location {
                location_id: dice.id(),
                client_id: client_id.clone(),
                location_name: (*place).to_owned(),
                address: format!("{} {}", dice.between(1, 180), dice.word(STREETS)),
            });
        }
        let mail: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        for _ in 0..2 + dice.below(3) {
            let (first, last) = (dice.word(FIRST), dice.word(LAST));
            all.contacts.push(Contact {
                contact_name_id: dice.id(),
                client_id: client_id.clone(),
                full_name: format!("{first} {last}"),
                email: format!("{}@{mail}.example", first.to_lowercase().replace('ë', "e")),
                phone_number: format!("+44 1632 {:06}", dice.between(960_000, 961_000)),
            });
        }
        all.clients.push(Client { client_id, client_name: (*name).to_owned(), is_inactive: false });
    }
    all
}

//! Where keys are kept: in the machine's keyring, or where there is none, in memory until the program ends (CO-1).
//!
//! Everything here may wait for the keyring, which may wait for a person who unlocks it: never call it from a loop.
//!
//! **Invariant:** a key is written to the keyring and to nothing else: no file, no log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_desk::bridge::{KeyPlace, ProfileId};
use keyring_core::{CredentialStore, Entry, Error};

/// Under which name the keyring keeps keys of ours.
const SERVICE: &str = "dev.callboard.console";

/// The keys.
#[derive(Default)]
pub(super) struct Keys {
    /// What could not be given to a keyring, for this session only.
    memory: Mutex<HashMap<ProfileId, String>>,
    /// Why there is no keyring, once that was seen.
    trouble: Mutex<Option<String>>,
}

impl Keys {
    /// The key of a profile, if there is one.
    ///
    /// # Errors
    /// The keyring cannot be asked, with a sentence for people.
    pub(super) fn get(&self, id: &ProfileId) -> Result<Option<String>, String> {
        if let Some(key) = self.memory().get(id) {
            return Ok(Some(key.clone()));
        }
        match entry(id).and_then(|entry| entry.get_password()) {
            Ok(key) => Ok(Some(key)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(self.troubled(&error)),
        }
    }

    /// Keeps the key of a profile as well as this machine can. Says why it is not in a keyring, if it is not.
    pub(super) fn put(&self, id: &ProfileId, key: &str) -> Result<(), String> {
        let kept = entry(id).and_then(|entry| entry.set_password(key));
        match kept {
            Ok(()) => {
                self.memory().remove(id);
                *self.trouble() = None;
                Ok(())
            }
            Err(error) => {
                self.memory().insert(id.clone(), key.to_owned());
                Err(self.troubled(&error))
            }
        }
    }

    /// Takes the key of a profile out of everything.
    pub(super) fn take_away(&self, id: &ProfileId) -> Result<(), String> {
        let was_in_memory = self.memory().remove(id).is_some();
        match entry(id).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            // It was there because the keyring did not take it.
            Err(_) if was_in_memory => Ok(()),
            Err(error) => Err(self.troubled(&error)),
        }
    }

    /// Where keys are kept, as far as that was seen.
    pub(super) fn place(&self) -> KeyPlace {
        match &*self.trouble() {
            None => KeyPlace::Keyring,
            Some(reason) => KeyPlace::Memory { reason: reason.clone() },
        }
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<ProfileId, String>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn troubled(&self, error: &Error) -> String {
        let reason = match error {
            Error::PlatformFailure(_) => "No keyring answers on this machine.".to_owned(),
            Error::NoStorageAccess(_) => "The keyring is locked, or refuses to be used.".to_owned(),
            // What else an error says may hold the secret itself.
            _ => "The keyring cannot be used.".to_owned(),
        };
        *self.trouble() = Some(reason.clone());
        reason
    }
}

fn entry(id: &ProfileId) -> Result<Entry, Error> {
    // Only this one can be told what people shall read beside the key.
    let label = cfg!(target_os = "linux").then(|| HashMap::from([("label", "Callboard API key")]));
    store()?.build(SERVICE, &id.0, label.as_ref())
}

/// The keyring: Secret Service. Asked for each time: one that was not there may be there by now.
#[cfg(target_os = "linux")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    let store = dbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// The keyring: Keychain.
#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    let store = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

/// The keyring: Credential Manager.
#[cfg(windows)]
fn store() -> Result<Arc<CredentialStore>, Error> {
    let store = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

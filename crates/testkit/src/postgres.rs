//! A Postgres of one's own.
//!
//! Each one has its own data, reached by a socket in its own folder, so that tests side by side never meet. Making the
//! data takes a second and starting on a copy of them a tenth: they are made once and kept under `target`.
//!
//! **Invariant:** it runs as somebody who is not root, and is gone with its owner together with its data.

use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::authority::Authority;
use crate::port::Port;
use crate::process::Process;
use crate::programs::leavings;

/// Where Debian puts each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The only role.
const ROLE: &str = "callboard";

/// A running Postgres.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    kind: Kind,
    // Before the folder, which must be there as long as it runs.
    process: Process,
    folder: TempDir,
    _port: Option<Port>,
}

/// How one is run.
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    durable: bool,
    /// Where it listens beside its socket.
    network: Option<SocketAddr>,
    /// Whether it has a certificate.
    encrypted: bool,
}

impl Postgres {
    /// One that forgets everything in a power cut, and is quick.
    pub async fn start() -> Result<Self> {
        Self::with(Kind::default(), None, None).await
    }

    /// One that has on disk what it says it has.
    pub async fn durable() -> Result<Self> {
        Self::with(Kind { durable: true, ..Kind::default() }, None, None).await
    }

    /// One that listens on a port of the loopback, too; with TLS where an authority vouches for it.
    pub async fn on_a_port(authority: Option<&Authority>) -> Result<Self> {
        let port = Port::claim()?;
        let kind = Kind { durable: false, network: Some(port.address()), encrypted: authority.is_some() };
        Self::with(kind, Some(port), authority).await
    }

    async fn with(kind: Kind, port: Option<Port>, authority: Option<&Authority>) -> Result<Self> {
        let programs = programs()?;
        let template = template(&programs)?;
        let folder = tempfile::tempdir()?;
        let owner = owner()?;
        copy(&template, &folder.path().join("data"), owner)?;
        give(folder.path(), owner)?;
        if let Some(authority) = authority {
            let (certificate, key) = authority.equip(folder.path())?;
            // Postgres insists on a key that nobody else may read.
            fs::set_permissions(&key, Permissions::from_mode(0o600))?;
            [certificate, key].iter().try_for_each(|file| give(file, owner))?;
        }
        let process = run(&programs, folder.path(), kind, owner).await?;
        Ok(Self { programs, kind, process, folder, _port: port })
    }

    /// Where it is, as the server's `--database` wants it.
    #[must_use]
    pub fn address(&self) -> String {
        let port = self.kind.network.map_or(5432, |at| at.port());
        format!(
            "postgres://{ROLE}@/postgres?host={}&port={port}&sslmode=disable",
            self.folder.path().display()
        )
    }

    /// Its port, if it was given one.
    pub fn port(&self) -> Result<SocketAddr> {
        self.kind.network.context("it has no port")
    }

    /// The same over a network that ends at this port, without a word about TLS.
    #[must_use]
    pub fn address_at(port: SocketAddr) -> String {
        format!("postgres://{ROLE}@{port}/postgres")
    }

    /// Where its data and its logs are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it, as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again after it was killed.
    pub async fn start_again(&mut self) -> Result<()> {
        // What a killed one leaves behind would be taken for a running one.
        let _ = fs::remove_file(self.folder.path().join("data/postmaster.pid"));
        self.process = run(&self.programs, self.folder.path(), self.kind, owner()?).await?;
        Ok(())
    }

    /// Runs statements past the server, and gives back the rows as `psql` writes them: a line each, `|` between columns.
    pub fn sql(&self, statements: &str) -> Result<Vec<String>> {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
            .args(["--username", ROLE, "--dbname", "postgres", "--command", statements])
            .arg("--host")
            .arg(self.folder.path())
            .args(self.kind.network.map(|at| format!("--port={}", at.port())))
            .stdin(Stdio::null())
            .output()
            .context("running psql")?;
        ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
    }
}

async fn run(programs: &Path, folder: &Path, kind: Kind, owner: Option<(u32, u32)>) -> Result<Process> {
    let Kind { durable, network, encrypted } = kind;
    let mut command = Command::new("sh");
    // Its log goes where the process helper looks for lines.
    command
        .args(["-c", "exec \"$@\" 2>&1", "sh"])
        .arg(programs.join("postgres"))
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "shared_buffers=16MB", "-c", "max_connections=60"]);
    match network {
        Some(at) => command.args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={}", at.port())]),
        None => command.args(["-c", "listen_addresses="]),
    };
    if encrypted {
        let file = |name: &str| folder.join(name).display().to_string();
        command.args(["-c", "ssl=on", "-c", &format!("ssl_cert_file={}", file("server.pem"))]);
        command.args(["-c", &format!("ssl_key_file={}", file("server.key"))]);
    }
    if !durable {
        command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    }
    as_owner(&mut command, owner);
    // Each start has its own log: the line of the last one must not be taken for this one's.
    let logs = tempfile::tempdir_in(folder)?.keep();
    let mut process = Process::start("postgres", command.current_dir(folder), &logs)?;
    process
        .line("Postgres is ready", |line| {
            line.contains("database system is ready to accept connections").then_some(())
        })
        .await?;
    Ok(process)
}

/// The folder with `initdb` and `postgres` of the newest version that is installed.
fn programs() -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    found.sort();
    if let Some((_, newest)) = found.pop() {
        return Ok(newest);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let elsewhere = std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file());
    elsewhere.context("no Postgres here: `cargo xtask test` installs it where there is apt")
}

/// The data of a fresh Postgres, made when first needed.
fn template(programs: &Path) -> Result<PathBuf> {
    let folder = leavings("postgres")?;
    let lock = File::create(folder.join("lock"))?;
    lock.lock().context("waiting for another test that makes the data")?;
    let version = Command::new(programs.join("postgres")).arg("--version").output()?;
    let version = String::from_utf8(version.stdout)?;
    let kept = folder.join(version.trim().replace([' ', '(', ')', '/'], "_"));
    if kept.is_dir() {
        return Ok(kept);
    }
    let home = tempfile::tempdir()?;
    let owner = owner()?;
    give(home.path(), owner)?;
    let mut initdb = Command::new(programs.join("initdb"));
    initdb
        .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"])
        .args(["--username", ROLE, "--pgdata"])
        .arg(home.path().join("data"));
    as_owner(&mut initdb, owner);
    let output = initdb.current_dir(home.path()).stdin(Stdio::null()).output().context("running initdb")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr));
    }
    // Under another name until it is whole: this may be interrupted.
    let unfinished = folder.join("unfinished");
    if unfinished.is_dir() {
        fs::remove_dir_all(&unfinished)?;
    }
    copy(&home.path().join("data"), &unfinished, None)?;
    fs::rename(&unfinished, &kept)?;
    Ok(kept)
}

/// Who runs it: Postgres refuses to run as root, and whoever else we are will do.
fn owner() -> Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let people = fs::read_to_string("/etc/passwd")?;
    let nobody = people.lines().find(|line| line.starts_with("nobody:")).context("no user `nobody`")?;
    let fields: Vec<_> = nobody.split(':').collect();
    match fields[..] {
        [_, _, user, group, ..] => Ok(Some((user.parse()?, group.parse()?))),
        _ => bail!("/etc/passwd does not read"),
    }
}

fn as_owner(command: &mut Command, owner: Option<(u32, u32)>) {
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
}

fn give(path: &Path, owner: Option<(u32, u32)>) -> Result<()> {
    if let Some((user, group)) = owner {
        chown(path, Some(user), Some(group)).with_context(|| format!("giving away {}", path.display()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, owner: Option<(u32, u32)>) -> Result<()> {
    fs::create_dir(to).with_context(|| format!("making {}", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, owner)?;
        } else {
            fs::copy(entry.path(), &target)?;
            give(&target, owner)?;
        }
    }
    // Postgres insists on its folder being its own alone.
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    give(to, owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_on_disk_survives_a_kill() -> Result<()> {
        let mut postgres = Postgres::durable().await?;
        postgres.sql("CREATE TABLE said (word TEXT); INSERT INTO said VALUES ('hello')")?;
        postgres.kill();
        assert!(postgres.sql("SELECT 1").is_err(), "it is gone");
        postgres.start_again().await?;
        assert_eq!(postgres.sql("SELECT word FROM said")?, ["hello"]);
        Ok(())
    }
}

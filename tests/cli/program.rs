//! Starting the program, and servers for it to meet.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use axum::Router;
use specproof::reference::{self, clock::SystemClock};

/// What the program did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |octets: Vec<u8>| String::from_utf8(octets).expect("the program writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Done {
    /// Asserts the exit code and that each of these is somewhere in what was written.
    #[track_caller]
    pub(crate) fn assert(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for part in parts {
            assert!(
                self.stdout.contains(part) || self.stderr.contains(part),
                "{part:?} is missing in {self:#?}"
            );
        }
    }
}

/// The program in surroundings that do not depend on whoever runs the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_specproof"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in [
        "SPECPROOF_TARGET",
        "SPECPROOF_TOKEN",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
        "COLUMNS",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub(crate) fn specproof(arguments: &[&str]) -> Done {
    command(arguments).output().expect("the program starts").into()
}

/// A running program whose output is read line by line.
pub(crate) struct Running {
    child: Child,
    /// Nothing once it was closed.
    lines: Option<BufReader<std::process::ChildStdout>>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).spawn().expect("the program starts");
        let lines = child.stdout.take().map(BufReader::new);
        Self { child, lines }
    }

    /// The next line, without its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.as_mut().expect("it is open").read_line(&mut line).expect("the program writes UTF-8");
        line.trim_end().to_owned()
    }

    /// Sends it a signal by name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("there is a `kill`");
        assert!(status.success());
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Done {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        if let Some(lines) = &mut self.lines {
            lines.read_to_string(&mut stdout).expect("the program writes UTF-8");
        }
        let mut errors = self.child.stderr.take().expect("it is piped");
        errors.read_to_string(&mut stderr).expect("the program writes UTF-8");
        Done { code: self.child.wait().expect("it ends").code(), stdout, stderr }
    }

    /// Closes its standard output, as a reader does that has seen enough, and waits for its end.
    pub(crate) fn hang_up(mut self) -> Done {
        self.lines = None;
        self.end()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed must not leave it behind; one that ended already cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The routes of a correct server that asks for no token.
pub(crate) fn correct() -> Router {
    reference::router(reference::Options::new(Arc::new(SystemClock)))
}

/// Serves routes on a free port until the test ends; gives the base URL.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Runs the program beside a server of this test.
pub(crate) async fn specproof_beside(arguments: &[&str]) -> Done {
    let mut command = command(arguments);
    tokio::task::spawn_blocking(move || command.output().expect("the program starts").into())
        .await
        .expect("nothing panics there")
}

/// A server that answers every connection with these octets.
pub(crate) fn answering(octets: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 1024];
            // What the client says, and whether it hears the answer, is its own business.
            let _ = stream.read(&mut request);
            let _ = stream.write_all(octets);
        }
    });
    address
}

/// A port on which nothing listens.
pub(crate) fn dead_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

/// An empty folder of this test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("it can be made");
    folder
}

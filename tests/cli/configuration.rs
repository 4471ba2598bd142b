//! `specproof.toml`: targets by name, what flags override, and slips.

use std::fs;
use std::path::Path;

use super::program::{Done, command, correct, folder, serve};

async fn check_in(folder: &Path, arguments: &[&str]) -> Done {
    let mut command = command(arguments);
    command.current_dir(folder).env("CONFIGURED_TOKEN", "secret-of-the-test");
    tokio::task::spawn_blocking(move || command.output().expect("the program starts").into())
        .await
        .expect("nothing panics there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_found_by_its_name() {
    let url = serve(correct()).await;
    let folder = folder("configuration");
    let config = format!(
        "[targets.local]\nurl = \"{url}\"\nsuites = [\"elizaos\"]\nlimits = {{ jobs = 2 }}\nbearer-env = \"CONFIGURED_TOKEN\"\n\n\
         [targets.remote]\nurl = \"http://192.0.2.1\"\nsuites = [\"elizaos\"]\n"
    );
    fs::write(folder.join("specproof.toml"), &config).unwrap();
    let only = ["--only", "get_messages::walk::"];
    check_in(&folder, &[&["check", "local"][..], &only].concat()).await.assert(0, &["conforms", "elizaos"]);
    check_in(&folder, &["check", "loacl"]).await.assert(2, &["specproof.toml", "did you mean `local`?"]);
    check_in(&folder, &["check", "remote"]).await.assert(2, &["--allow-remote"]);
    // A flag takes the place of what stands in the file.
    check_in(&folder, &["check", "local", "--bearer-env", "NO_SUCH_TOKEN"])
        .await
        .assert(2, &["NO_SUCH_TOKEN"]);
    check_in(&folder, &["check", "local", "--suite", "nowhere.toml"]).await.assert(2, &["nowhere.toml"]);
    check_in(&folder, &["check", "local", "--config", "other.toml"])
        .await
        .assert(2, &["cannot read other.toml"]);

    fs::write(folder.join("specproof.toml"), format!("default-target = \"local\"\n{config}")).unwrap();
    check_in(&folder, &[&["check"][..], &only].concat()).await.assert(0, &[&url, "conforms"]);

    for (right, wrong, message) in [
        ("bearer-env", "baerer-env", "did you mean `bearer-env`?"),
        ("limits = { jobs = 2 }", "variables = { agnet = \"1\" }", "targets.local.variables"),
    ] {
        fs::write(folder.join("specproof.toml"), config.replacen(right, wrong, 1)).unwrap();
        check_in(&folder, &["check", "local"]).await.assert(2, &["specproof.toml", message]);
    }
}

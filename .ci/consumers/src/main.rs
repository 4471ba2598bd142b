//! Reads reports of specproof with the types of other people's crates: `consumers har=FILE sarif=FILE junit=FILE …`.

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    for argument in std::env::args().skip(1) {
        let (kind, path) = argument.split_once('=').ok_or("write it as KIND=FILE")?;
        let text = fs::read_to_string(path)?;
        let read = match kind {
            "har" => har(&text),
            "sarif" => sarif(&text),
            "junit" => junit(&text),
            _ => Err(format!("nobody reads {kind} here").into()),
        };
        println!("{kind}: {}", read.map_err(|error| format!("{path}: {error}"))?);
    }
    Ok(())
}

fn har(text: &str) -> Result<String, Box<dyn Error>> {
    match har::from_str(text)?.log {
        har::Spec::V1_2(log) => Ok(format!("{} entries", log.entries.len())),
        _ => Err("not HAR 1.2".into()),
    }
}

fn sarif(text: &str) -> Result<String, Box<dyn Error>> {
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(text)?;
    let results: usize = log.runs.iter().flat_map(|run| &run.results).map(Vec::len).sum();
    Ok(format!("{results} results"))
}

fn junit(text: &str) -> Result<String, Box<dyn Error>> {
    let report = quick_junit::Report::deserialize_from_str(text)?;
    Ok(format!("{} test cases", report.test_suites.iter().map(|suite| suite.test_cases.len()).sum::<usize>()))
}

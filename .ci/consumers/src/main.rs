//! Reads reports of specproof with the types of other people's crates, and judges them by published schemas:
//! `consumers har=FILE sarif=FILE junit=FILE schema=FILE obeys=FILE …`, where the last two are a JSON Schema and what has to obey it.

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let mut schema = None;
    for argument in std::env::args().skip(1) {
        let (kind, path) = argument.split_once('=').ok_or("write it as KIND=FILE")?;
        let text = fs::read_to_string(path)?;
        let read = match kind {
            "har" => har(&text),
            "sarif" => sarif(&text),
            "junit" => junit(&text),
            "schema" => {
                // The published pattern for the names of languages is no regular expression: it closes a class that it never opens.
                let mut published: serde_json::Value = serde_json::from_str(&text)?;
                for place in ["run", "toolComponent"] {
                    let language =
                        published.pointer_mut(&format!("/definitions/{place}/properties/language"));
                    language.and_then(|language| language.as_object_mut()?.remove("pattern"));
                }
                schema = Some(jsonschema::draft7::options().should_validate_formats(true).build(&published)?);
                Ok("a JSON Schema".to_owned())
            }
            "obeys" => obeys(schema.as_ref().ok_or("give the schema first")?, &text),
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

fn obeys(schema: &jsonschema::Validator, text: &str) -> Result<String, Box<dyn Error>> {
    let instance: serde_json::Value = serde_json::from_str(text)?;
    let wrong: Vec<String> = schema
        .iter_errors(&instance)
        .take(10)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if wrong.is_empty() { Ok("it obeys the schema".to_owned()) } else { Err(wrong.join("\n").into()) }
}

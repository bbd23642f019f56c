//! `check`: is the local copy in order?

use packlight_engine::Code;
use serde::Serialize;

use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::output::{Output, line, printable};

#[derive(Serialize)]
struct CheckShape {
    ok: bool,
    problems: Vec<String>,
}

/// Examines the database; problems found are a result, with exit code 1.
pub(crate) async fn run(desk: &Desk<'_>, output: &mut Output<'_>) -> Result<Exit, Failure> {
    let examined = desk
        .reading(async |engine| {
            let report = engine.check().await?;
            if !report.ok {
                // What the next start of Packlight looks at, and repairs.
                engine.suspect_damage();
            }
            Ok(report)
        })
        .await;
    let shape = match examined {
        Ok(report) => CheckShape { ok: report.ok, problems: report.problems },
        // So damaged that it cannot be opened or read through: that is what was asked.
        Err(failure) if failure.code == Code::CorruptDatabase.word() => {
            CheckShape { ok: false, problems: vec![failure.message] }
        }
        Err(failure) => return Err(failure),
    };
    output.result(&shape, people)?;
    Ok(if shape.ok { Exit::Done } else { Exit::Failed })
}

fn people(shape: &CheckShape) -> String {
    if shape.ok {
        return "The database is in order.\n".to_owned();
    }
    let mut text = String::new();
    for problem in &shape.problems {
        line(&mut text, format_args!("- {}", printable(problem)));
    }
    line(
        &mut text,
        format_args!(
            "The database is damaged: close Packlight and start it again, which puts its newest good backup in its place; \
             or close it and put back a backup of yours with packlight-cli restore FILE."
        ),
    );
    text
}

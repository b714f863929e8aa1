//! The one binary: parses arguments, composes the crates, prints. It computes nothing.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the binary is what prints"
)]

mod cli;
mod commands;
mod config;
mod exit;
mod messages;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, Import, Rebuild, Visits};
use commands::visits::Which;
use config::{Config, Environment, LogFormat};
use exit::Exit;
use snag_analyzer::{By, PathsRequest, TimelineRequest};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(&cli.global) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Exit::Usage.into();
        }
    };
    // A server tells what it does; a command that is waited for speaks only when something is not right.
    log(
        config.log,
        if matches!(cli.command, Command::Serve(_)) {
            "info"
        } else {
            "warn"
        },
    );
    match tokio::runtime::Runtime::new().context("the runtime cannot be started") {
        Ok(runtime) => {
            let ended = runtime.block_on(run(cli.command, config));
            // A thread that still waits for standard input would hold up the end.
            runtime.shutdown_background();
            match ended {
                Ok(exit) => exit.into(),
                Err(error) => {
                    eprintln!("error: {error:#}");
                    Exit::of(&error).into()
                }
            }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            Exit::Broken.into()
        }
    }
}

async fn run(command: Command, config: Config) -> anyhow::Result<Exit> {
    let environment = Environment::read();
    match command {
        Command::Serve(serve) => commands::serve::run(serve, config, &environment).await,
        Command::Funnel(funnel) => commands::funnel::run(*funnel, &config, &environment).await,
        Command::Funnels(asked) => {
            commands::definitions::funnels(asked, &config, &environment).await
        }
        Command::Goal(asked) => commands::definitions::goal(asked, &config, &environment).await,
        Command::Goals(asked) => commands::definitions::goals(asked, &config, &environment).await,
        Command::Import(Import::Costs(import)) => {
            commands::costs::import(import, &config, &environment).await
        }
        Command::Import(Import::Events(files)) => {
            commands::import::run(files, false, &config, &environment).await
        }
        Command::Import(Import::Recordings(files)) => {
            commands::import::run(files, true, &config, &environment).await
        }
        Command::Findings(asked) => commands::audit::findings(asked, &config, &environment).await,
        Command::Audit(asked) => commands::audit::run(asked, &config, &environment).await,
        Command::Overview(visits) => {
            commands::visits::run(Which::Overview, visits, &config, &environment).await
        }
        Command::Pages(visits) => {
            commands::visits::run(Which::Pages, visits, &config, &environment).await
        }
        Command::Page(asked) => commands::page::run(*asked, &config, &environment).await,
        Command::Paths { page, back, visits } => {
            let which = Which::Paths(PathsRequest {
                page,
                is_back: back,
            });
            commands::visits::run(which, visits, &config, &environment).await
        }
        Command::Timeline { unit, zone, visits } => {
            let which = Which::Timeline(TimelineRequest { unit, zone });
            commands::visits::run(which, visits, &config, &environment).await
        }
        Command::Trouble { goal, visits } => {
            commands::visits::run(Which::Trouble(goal), visits, &config, &environment).await
        }
        Command::Lost { goal, visits } => {
            commands::visits::run(Which::Lost(goal), visits, &config, &environment).await
        }
        Command::Forms(visits) => {
            commands::visits::run(Which::Forms, visits, &config, &environment).await
        }
        Command::Searches(visits) => {
            commands::visits::run(Which::Searches, visits, &config, &environment).await
        }
        Command::Tracking(visits) => {
            commands::visits::run(Which::Tracking, visits, &config, &environment).await
        }
        Command::Ads(ads) => commands::ads::run(*ads, &config, &environment).await,
        Command::Experiments(asked) => {
            commands::visits::experiment(*asked, &config, &environment).await
        }
        Command::Links(links) => commands::links::run(*links, &config, &environment).await,
        Command::Entries(visits) => {
            commands::visits::run(Which::By(By::ENTRY), visits, &config, &environment).await
        }
        Command::Exits(visits) => {
            commands::visits::run(Which::By(By::EXIT), visits, &config, &environment).await
        }
        Command::Sources { by, visits } => {
            told_apart(&By::SOURCES, &by, visits, &config, &environment).await
        }
        Command::Campaigns { by, visits } => {
            told_apart(&By::CAMPAIGNS, &by, visits, &config, &environment).await
        }
        Command::Countries { by, visits } => {
            told_apart(&By::PLACES, &by, visits, &config, &environment).await
        }
        Command::Devices { by, visits } => {
            told_apart(&By::DEVICES, &by, visits, &config, &environment).await
        }
        Command::Realtime(now) => commands::visits::now(now, &config, &environment).await,
        Command::Rebuild(Rebuild::Sessions { site }) => {
            commands::rebuild::sessions(site.as_deref(), &config, &environment).await
        }
        Command::Messages(asked) => commands::messages::run(asked, &config, &environment).await,
        Command::Migrate => commands::migrate::run(&config, &environment).await,
        Command::Doctor => commands::doctor::run(&config, &environment).await,
        Command::Spool(spool) => commands::spool::run(spool, &config),
        Command::Users(asked) => commands::users::run(asked, &config, &environment).await,
        Command::Backup(asked) => commands::backup::backup(asked, &config, &environment).await,
        Command::Restore(asked) => commands::backup::restore(asked, &config, &environment).await,
        Command::Erase(asked) => commands::erase::run(asked, &config, &environment).await,
        Command::Retention(asked) => commands::retention::run(asked, &config, &environment).await,
        Command::Snippet(snippet) => commands::snippet::run(&snippet),
        Command::Verify(verify) => commands::verify::run(&verify),
        Command::Simulate(simulate) => commands::simulate::run(*simulate).await,
    }
}

async fn told_apart(
    ways: &[By],
    word: &str,
    visits: Visits,
    config: &Config,
    environment: &Environment,
) -> anyhow::Result<Exit> {
    let which =
        Which::named(ways, word).with_context(|| format!("nothing is told apart by {word}"))?;
    commands::visits::run(which, visits, config, environment).await
}

fn log(format: LogFormat, level: &str) {
    let filter = EnvFilter::try_from_env("SNAG_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("{level},actix_server=warn")));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Json => subscriber.json().init(),
        LogFormat::Text => {
            subscriber
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .init();
        }
    }
}

use super::*;

fn words(line: &str) -> Vec<OsString> {
    std::iter::once("packlight-cli").chain(line.split_whitespace()).map(OsString::from).collect()
}

fn run(line: &str) -> Arguments {
    match parse(words(line)) {
        Parsed::Run(arguments) => *arguments,
        other => panic!("{line}: {other:?}"),
    }
}

fn wrong(line: &str) -> String {
    match parse(words(line)) {
        Parsed::Wrong { message, .. } => message,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn clap_finds_no_fault_in_the_definition() {
    use clap::CommandFactory;
    Arguments::command().debug_assert();
}

#[test]
fn the_common_flags_stand_before_or_after_the_command() {
    for line in [
        "--data-dir /d --json --account UK orders counts",
        "orders counts --data-dir /d --json --account UK",
        "orders --json counts --account UK --data-dir /d",
        "--json --data-dir /x orders counts --json --account UK --data-dir /d",
    ] {
        let arguments = run(line);
        assert!(arguments.json, "{line}");
        assert_eq!(arguments.data_dir.as_deref(), Some("/d".as_ref()), "{line}");
        assert_eq!(arguments.account.as_deref(), Some("UK"), "{line}");
    }
    assert!(!run("check").json);
}

#[test]
fn an_account_is_described_by_flags() {
    let line =
        "account add --label UK --region eu --marketplaces A1F83G8C2ARO7P,A1PA6795UKMFR9 --secrets file";
    let Command::Account(AccountCommand::Add(add)) = run(line).command else { panic!() };
    assert_eq!((add.label.as_str(), add.region, add.orders_api), ("UK", Region::Eu, OrdersApi::V2026));
    assert_eq!(add.marketplaces, ["A1F83G8C2ARO7P", "A1PA6795UKMFR9"]);
    assert_eq!(add.secrets, Place::File);
    let line = "account add --label UK --region eu --marketplaces X --orders-api v0";
    let Command::Account(AccountCommand::Add(add)) = run(line).command else { panic!() };
    assert_eq!((add.orders_api, add.secrets), (OrdersApi::V0, Place::Keychain));
}

#[test]
fn a_query_may_begin_with_a_negation() {
    let Command::Orders(OrdersCommand::List(list)) = run("orders list --query -status:paid").command else {
        panic!()
    };
    assert_eq!(list.query, "-status:paid");
}

#[test]
fn a_pick_list_has_paper_a_mode_and_may_have_a_printer() {
    let Command::PickList(plain) = run("pick-list --out list.pdf").command else { panic!() };
    assert_eq!((plain.paper, plain.mode, plain.singles_first), (PaperSize::A4, Mode::Walk, false));
    assert_eq!((plain.print, plain.copies), (None, 1));
    let line = "pick-list --out list.pdf --paper 4x6 --mode sheets --singles-first --print Zebra --copies 2";
    let Command::PickList(full) = run(line).command else { panic!() };
    assert_eq!((full.paper, full.mode, full.singles_first), (PaperSize::Label4x6, Mode::Sheets, true));
    assert_eq!((full.print.as_deref(), full.copies), (Some("Zebra"), 2));
}

#[test]
fn each_usage_error_is_one_line_that_names_the_culprit() {
    for (line, message) in [
        ("sync --fast", "unexpected argument '--fast' found"),
        ("--colour sync", "unexpected argument '--colour' found"),
        ("fly", "unrecognized subcommand 'fly'"),
        ("orders fly", "unrecognized subcommand 'fly'"),
        ("sync --days 0", "invalid value '0' for '--days <N>': 0 is not in 1..=4000"),
        ("sync --days soon", "invalid value 'soon' for '--days <N>': invalid digit found in string"),
        ("sync --days", "a value is required for '--days <N>' but none was supplied"),
        ("orders show", "the following required arguments were not provided: <ORDER_ID>"),
        (
            "account add --label UK --region uk --marketplaces X",
            "invalid value 'uk' for '--region <REGION>': unknown region 'uk': choose na, eu or fe",
        ),
        (
            "account add --label UK --region eu --marketplaces X --orders-api v1",
            "invalid value 'v1' for '--orders-api <VERSION>': unknown orders API 'v1': choose 2026-01-01 or v0",
        ),
        (
            "account add --label UK --region eu --marketplaces X --secrets cloud",
            "invalid value 'cloud' for '--secrets <PLACE>' [possible values: keychain, file]",
        ),
        (
            "account add --region eu",
            "the following required arguments were not provided: --label <LABEL> --marketplaces <ID[,ID]>",
        ),
        (
            "pick-list --out list.pdf --paper a3",
            "invalid value 'a3' for '--paper <PAPER>' [possible values: a4, letter, 4x6]",
        ),
        ("pick-list", "the following required arguments were not provided: --out <FILE.pdf>"),
        ("account remove UK DE", "unexpected argument 'DE' found"),
    ] {
        assert_eq!(wrong(line), message, "{line}");
    }
    for line in ["", "orders", "account"] {
        let message = wrong(line);
        assert!(message.contains("requires a subcommand") && !message.contains('\n'), "{message}");
    }
}

#[test]
fn json_is_noticed_in_a_line_that_cannot_be_parsed() {
    let json = |line| match parse(words(line)) {
        Parsed::Wrong { json, .. } | Parsed::Told { json, .. } => json,
        Parsed::Run(_) => panic!("{line}"),
    };
    assert!(json("--json fly") && json("sync --fast --json") && json("--json --help"));
    assert!(!json("sync --fast") && !json("fly -- --json"));
}

#[test]
fn help_is_no_error() {
    for line in ["--help", "orders list --help", "--version"] {
        assert!(matches!(parse(words(line)), Parsed::Told { .. }), "{line}");
    }
}

#[test]
fn a_confirmation_names_orders_or_the_batch_to_take_back() {
    let Command::Confirm(all) = run("confirm").command else { panic!() };
    assert_eq!((all.order_ids.len(), all.archive, all.dry_run, all.undo), (0, None, false, None));
    let line = "confirm 203-1 203-2 --archive SOLD-2026-01 --dry-run --without-stock";
    let Command::Confirm(some) = run(line).command else { panic!() };
    assert_eq!(some.order_ids, ["203-1", "203-2"]);
    assert_eq!(
        (some.archive.as_deref(), some.dry_run, some.without_stock),
        (Some("SOLD-2026-01"), true, true)
    );
    let Command::Confirm(back) = run("confirm --undo 12").command else { panic!() };
    assert_eq!(back.undo, Some(12));
    for line in ["confirm --undo 12 203-1", "confirm --undo 12 --dry-run", "confirm --undo 12 --archive A"] {
        assert!(wrong(line).contains("'--undo <BATCH>' cannot be used with"), "{line}: {}", wrong(line));
    }
    assert!(wrong("confirm --without-stock").contains("<ORDER_ID>"), "{}", wrong("confirm --without-stock"));
    assert!(wrong("confirm --undo x").contains("'x'"), "{}", wrong("confirm --undo x"));
}

//! What a queue calls a size of paper. Drivers have names of their own for the same sheet, and a name that a driver does not
//! know is passed over without a word: the page would come out on the default size.

use packlight_domain::picking::Paper;

/// The name by which a queue takes a paper, out of the sizes that its driver has; `None` where the driver has neither this
/// one nor sizes of the sender's own. A queue without a driver understands CUPS' names, or passes on what it is sent.
pub(super) fn choose(paper: Paper, sizes: &[String]) -> Option<String> {
    let (names, custom) = names(paper);
    if sizes.is_empty() {
        return Some(names[0].to_owned());
    }
    let known = names.iter().find_map(|name| sizes.iter().find(|size| size.eq_ignore_ascii_case(name)));
    // "4x6.Borderless": the same sheet, and a page that keeps its own margin.
    let variant = || {
        names.iter().find_map(|name| {
            sizes.iter().find(|size| {
                size.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                    && size[name.len()..].starts_with('.')
            })
        })
    };
    known
        .or_else(variant)
        .cloned()
        .or_else(|| sizes.iter().any(|size| size.starts_with("Custom.")).then(|| format!("Custom.{custom}")))
}

/// The sizes in what `lpoptions -l` says: "PageSize/Media Size: A4 *Letter Custom.WIDTHxHEIGHT".
pub(super) fn in_options(options: &str) -> Vec<String> {
    let choices = options.lines().filter_map(|line| {
        let (option, choices) = line.split_once(':')?;
        let keyword = option.split('/').next()?.trim();
        matches!(keyword, "PageSize" | "media").then_some(choices)
    });
    choices.flat_map(str::split_whitespace).map(|size| size.trim_start_matches('*').to_owned()).collect()
}

/// The sizes in a driver's file: `*PageSize A4/Paper A4: "…"`, and `*CustomPageSize True: "…"` for any other.
pub(super) fn in_driver(file: &str) -> Vec<String> {
    let size = |line: &str| {
        let name = line.strip_prefix("*PageSize ")?.split(['/', ':']).next()?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    };
    let custom = file.lines().find(|line| line.starts_with("*CustomPageSize True"));
    file.lines().filter_map(size).chain(custom.map(|_| "Custom.WIDTHxHEIGHT".to_owned())).collect()
}

/// What a paper is called, the name that every kind of queue understands first, and how it is asked for by its measures.
fn names(paper: Paper) -> (&'static [&'static str], &'static str) {
    match paper {
        Paper::A4 => (&["A4", "iso_a4_210x297mm"], "210x297mm"),
        Paper::Letter => (&["Letter", "na_letter_8.5x11in"], "8.5x11in"),
        Paper::Label4x6 => {
            (&["w288h432", "4x6", "4x6in", "na_index-4x6_4x6in", "oe_4x6-label_4x6in"], "4x6in")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(sizes: &str) -> Vec<String> {
        in_options(&format!("PageSize/Media Size: {sizes}\nResolution/Resolution: *203dpi 300dpi\n"))
    }

    fn chosen(sizes: &str) -> Option<String> {
        choose(Paper::Label4x6, &options(sizes))
    }

    #[test]
    fn the_drivers_own_name_of_a_size_is_taken() {
        for (sizes, expected) in [
            ("*A4 Letter w288h432 Custom.WIDTHxHEIGHT", "w288h432"),
            ("Letter *4x6 A4", "4x6"),
            ("A4 *4X6.Borderless 4x6x2", "4X6.Borderless"),
            ("na_index-4x6_4x6in *iso_a4_210x297mm", "na_index-4x6_4x6in"),
            ("*A4 Letter Custom.WIDTHxHEIGHT", "Custom.4x6in"),
        ] {
            assert_eq!(chosen(sizes).as_deref(), Some(expected), "{sizes}");
        }
        let ipp = in_options("media/Media Size: *iso_a4_210x297mm na_letter_8.5x11in");
        assert_eq!(choose(Paper::A4, &ipp).as_deref(), Some("iso_a4_210x297mm"));
        assert_eq!(choose(Paper::Letter, &ipp).as_deref(), Some("na_letter_8.5x11in"));
    }

    #[test]
    fn a_driver_without_the_size_and_without_sizes_of_ones_own_has_none() {
        assert_eq!(chosen("*A4 Letter A5"), None);
        // Fourteen inches long is another sheet.
        assert_eq!(chosen("*A4 4x6x14"), None);
    }

    #[test]
    fn a_drivers_file_says_the_same_as_its_options() {
        let file = "*PPD-Adobe: \"4.3\"\r\n*CustomPageSize True: \"pop\r\n<</PageSize [5 2]>>\"\r\n*OpenUI \
                    *PageSize/Media Size: PickOne\r\n*DefaultPageSize: A4\r\n*PageSize A4: \"<</PageSize[595 842]>>\"\r\n\
                    *PageSize Letter/US Letter: \"\"\r\n*CloseUI: *PageSize\r\n*PageRegion A5/A5: \"\"\r\n";
        assert_eq!(in_driver(file), ["A4", "Letter", "Custom.WIDTHxHEIGHT"]);
        assert_eq!(in_driver(file), options("*A4 Letter Custom.WIDTHxHEIGHT"));
        let fixed = file.replace("True", "False");
        assert_eq!(in_driver(&fixed), ["A4", "Letter"]);
    }

    #[test]
    fn a_queue_without_sizes_understands_the_common_names() {
        assert_eq!(in_options("Resolution/Resolution: *203dpi"), [""; 0]);
        assert_eq!(choose(Paper::Label4x6, &[]).as_deref(), Some("w288h432"));
        assert_eq!(choose(Paper::A4, &[]).as_deref(), Some("A4"));
    }
}

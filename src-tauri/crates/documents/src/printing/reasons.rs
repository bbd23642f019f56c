//! The reasons that a printer gives for its state (`printer-state-reasons`, RFC 8011 §5.4.12), in words for people.
//!
//! A reason is a keyword, with `-error`, `-warning` or `-report` behind it for its weight; without one it is an error.

/// Something that a person has to do.
const STOPPERS: &[(&str, &str)] = &[
    ("media-empty", "out of paper"),
    ("media-needed", "out of paper"),
    ("media-jam", "paper jam"),
    ("input-tray-missing", "paper tray missing"),
    ("cover-open", "cover open"),
    ("door-open", "door open"),
    ("interlock-open", "cover open"),
    ("output-area-full", "output tray full"),
    ("output-tray-missing", "output tray missing"),
    ("toner-empty", "out of toner"),
    ("marker-supply-empty", "out of ink or toner"),
    ("marker-waste-full", "waste container full"),
    ("developer-empty", "out of developer"),
    ("fuser-over-temp", "too hot"),
    ("opc-life-over", "drum worn out"),
    ("spool-area-full", "memory full"),
    ("offline", "offline"),
    ("shutdown", "switched off"),
    ("timed-out", "does not answer"),
    ("cups-missing-filter", "driver incomplete"),
    ("cups-insecure-filter", "driver not trusted by the system"),
    ("cups-remote-stopped", "stopped at the print server"),
];

/// Something that prints on, and is worth a word.
const REMARKS: &[(&str, &str)] = &[
    ("media-low", "low on paper"),
    ("toner-low", "low on toner"),
    ("marker-supply-low", "low on ink or toner"),
    ("marker-waste-almost-full", "waste container almost full"),
    ("output-area-almost-full", "output tray almost full"),
    ("opc-near-eol", "drum nearly worn out"),
];

/// Reasons of a printer, weighed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Weighed {
    /// A person has to do something, in this order.
    pub(super) stoppers: Vec<String>,
    /// It prints all the same.
    pub(super) remarks: Vec<String>,
}

/// Weighs the keywords of a printer.
pub(super) fn weigh<'a>(keywords: impl Iterator<Item = &'a str>) -> Weighed {
    let mut weighed = Weighed::default();
    for keyword in keywords {
        let (name, is_error) = weight(keyword);
        let stopper = STOPPERS.iter().find(|(known, _)| *known == name);
        let remark = REMARKS.iter().find(|(known, _)| *known == name);
        // Back ends report a printer that is switched off with the weight of a remark; nothing comes out of it.
        let (list, words) = match (stopper, remark) {
            (Some((name, words)), _) if is_error || *name == "offline" => (&mut weighed.stoppers, *words),
            (Some((_, words)), _) | (_, Some((_, words))) => (&mut weighed.remarks, *words),
            (None, None) if keyword.ends_with("-error") => (&mut weighed.stoppers, name),
            // Everyday ones: none, paused, connecting-to-device, moving-to-paused, …
            (None, None) => continue,
        };
        if !list.iter().any(|known| known == words) {
            list.push(words.to_owned());
        }
    }
    weighed
}

fn weight(keyword: &str) -> (&str, bool) {
    let light = |suffix| keyword.strip_suffix(suffix).map(|name| (name, false));
    light("-report")
        .or_else(|| light("-warning"))
        .unwrap_or((keyword.strip_suffix("-error").unwrap_or(keyword), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keywords: &str) -> (String, String) {
        let weighed = weigh(keywords.split(' '));
        (weighed.stoppers.join(", "), weighed.remarks.join(", "))
    }

    #[test]
    fn an_empty_tray_stops_and_a_low_one_does_not() {
        assert_eq!(of("media-empty-error"), ("out of paper".into(), String::new()));
        assert_eq!(of("media-empty"), ("out of paper".into(), String::new()));
        assert_eq!(of("media-needed-error media-empty-error"), ("out of paper".into(), String::new()));
        // One of several trays.
        assert_eq!(of("media-empty-warning"), (String::new(), "out of paper".into()));
        assert_eq!(of("toner-low-warning media-jam"), ("paper jam".into(), "low on toner".into()));
    }

    #[test]
    fn a_printer_that_is_switched_off_stops_however_lightly_it_is_said() {
        assert_eq!(of("offline-report"), ("offline".into(), String::new()));
    }

    #[test]
    fn everyday_reasons_say_nothing_and_unknown_errors_say_their_name() {
        assert_eq!(of("none"), (String::new(), String::new()));
        assert_eq!(of("connecting-to-device paused com.acme-sleep-report"), (String::new(), String::new()));
        assert_eq!(of("com.acme-gripper-error"), ("com.acme-gripper".into(), String::new()));
    }
}

//! The preview: the same pages as the PDF, and nothing that a strict content security policy would stop.

use packlight_documents::{Fonts, pick_list};
use packlight_domain::picking::Paper;

use crate::lists::walk;
use crate::tools::File;

#[test]
fn it_has_the_pages_of_the_pdf_in_their_size() {
    for (paper, width, height) in
        [(Paper::A4, 5952, 8418), (Paper::Letter, 6120, 7920), (Paper::Label4x6, 2880, 4320)]
    {
        let (list, fonts) = (walk(70), Fonts::bundled());
        let pages = pick_list::preview(&list, paper, &fonts);
        let printed = File::new(&pick_list::pdf(&list, paper, &fonts)).texts();
        assert_eq!(pages.len(), printed.len());
        for (index, page) in pages.iter().enumerate() {
            assert_eq!((page.number as usize, page.width, page.height), (index + 1, width, height));
        }
    }
}

#[test]
fn it_holds_nothing_of_the_sellers_text_and_nothing_that_a_policy_stops() {
    let mut list = walk(3);
    list.groups[0].rows[0].name = "<script>alert(1)</script> & \"quoted\" <img src=x onerror=y>".to_owned();
    list.accounts = vec!["</svg><script>".to_owned()];
    for page in pick_list::preview(&list, Paper::A4, &Fonts::bundled()) {
        for word in
            ["script", "style", "alert", "onerror", "<img", "<text", "foreignObject", "url(", "data:", "&"]
        {
            assert!(!page.svg.contains(word), "{word}");
        }
        assert_eq!(page.svg.matches("http").count(), 1, "only the name of SVG itself");
        // Each opened element is closed: what a parser would refuse is found by counting.
        assert_eq!(page.svg.matches("<g ").count(), page.svg.matches("</g>").count());
        assert!(page.svg.starts_with("<svg ") && page.svg.ends_with("</svg>"));
        for used in page.svg.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.svg.contains(&format!("id=\"{used}\"")), "{used} is drawn but not defined");
        }
    }
}

#[test]
fn the_same_list_is_the_same_picture() {
    let list = walk(10);
    assert_eq!(
        pick_list::preview(&list, Paper::A4, &Fonts::bundled()),
        pick_list::preview(&list, Paper::A4, &Fonts::bundled())
    );
}

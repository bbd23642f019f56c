//! Where systems keep fonts for Chinese, Japanese and Korean. Nothing is asked for and nothing is installed: a file that
//! is there is used, in the order of this list, so that the same machine always sets the same page.

use std::path::{Path, PathBuf};

/// Files by system; each is the regular weight of a sans-serif face, first in its collection.
const FILES: &[&str] = &[
    // Debian and its relatives, Fedora, Arch
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    // macOS
    "/System/Library/Fonts/ヒラギノ角ゴシック W3.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
];

/// The same on Windows, inside its folder of fonts.
const WINDOWS: &[&str] =
    &["YuGothR.ttc", "meiryo.ttc", "msgothic.ttc", "msyh.ttc", "msjh.ttc", "simsun.ttc", "malgun.ttf"];

/// Those that this system has.
pub(super) fn files() -> Vec<PathBuf> {
    let windows = std::env::var_os("WINDIR").map(|folder| Path::new(&folder).join("Fonts"));
    let listed = FILES.iter().map(PathBuf::from);
    let on_windows = windows.iter().flat_map(|folder| WINDOWS.iter().map(|name| folder.join(name)));
    listed.chain(on_windows).filter(|path| path.is_file()).collect()
}

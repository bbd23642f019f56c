# Runs as root inside the bare tree. Says each step before it is taken; the first that fails ends it.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
package=/packlight.deb
step() { printf '  %s\n' "$*"; }
fail() { printf 'try-deb: %s\n' "$*" >&2; exit 1; }
# Everything outside the homes that a package could leave behind; caches and the books of apt and dpkg are their own.
listing() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run -o -path /home -o -path /root \
        -o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path '/var/lib/systemd' \
        -o -path /packlight.deb -o -path /packlight.orders \) -prune -o -print | sort
}

step "bringing in a display and a look into the database"
apt-get -qq update
# Not the package's business: a hidden screen, a bus, and who reads the screen and the file.
apt-get -qq install --no-install-recommends xvfb xauth dbus x11-utils sqlite3 desktop-file-utils libglib2.0-bin >/dev/null

useradd --create-home seller

step "installing the package with what it depends on"
apt-get -qq install --no-install-recommends "$package" >/dev/null
dpkg -s packlight | grep -q '^Status: install ok installed$' || fail "dpkg does not show it as installed"
# The certificates of this computer came into the tree with the way to Debian's packages, so that the app would find some
# proves nothing: the package has to have brought the system's own.
dpkg -s ca-certificates 2>/dev/null | grep -q '^Status: install ok installed$' || fail "it did not bring ca-certificates"

step "removing it, so that what stays is only what it depends on"
dpkg -P packlight >/dev/null
listing >/tmp/before
dpkg -i "$package" >/dev/null

step "reading its menu entry"
entry=$(dpkg -L packlight | grep '/usr/share/applications/.*\.desktop$') || fail "it has no menu entry"
desktop-file-validate "$entry"
start=$(sed -n 's/^Exec=//p' "$entry" | head -1)
icon=$(sed -n 's/^Icon=//p' "$entry" | head -1)
command -v "${start%% *}" >/dev/null || fail "its menu entry starts '$start', which is not there"
dpkg -L packlight | grep -q "/icons/hicolor/.*/apps/$icon\.png$" || fail "its menu entry shows the icon '$icon', which is not there"

step "starting it as the menu does: $start"
database=/home/seller/.local/share/io.packlight.desktop-demo/packlight.db
# The demo seller is chosen on the first screen; here by a word behind what the menu entry says.
su seller -c "WEBKIT_DISABLE_DMABUF_RENDERER=1 xvfb-run -a -s '-screen 0 1440x900x24' dbus-run-session -- sh -c '
    $start --demo >/tmp/app.log 2>&1 & echo \$! >/tmp/app.pid
    while kill -0 \$(cat /tmp/app.pid) 2>/dev/null && [ ! -e /tmp/seen ]; do
        xwininfo -root -tree | grep -q Packlight && touch /tmp/seen
        sleep 1
    done
    wait \$(cat /tmp/app.pid)
    echo \$? >/tmp/app.ended
'" &
waited=0
until [ -e /tmp/seen ] && [ "$(sqlite3 -readonly "$database" \
    'SELECT (SELECT COUNT(*) FROM amazon_orders) > 0 AND EXISTS (SELECT 1 FROM watermarks)' 2>/dev/null)" = 1 ]; do
    [ ! -e /tmp/app.ended ] || { cat /tmp/app.log >&2; fail "it ended by itself ($(cat /tmp/app.ended))"; }
    [ "$waited" -lt 180 ] || { cat /tmp/app.log >&2; fail "no window with the demo seller's orders came in $waited s"; }
    sleep 1; waited=$((waited + 1))
done
sqlite3 -readonly "$database" 'SELECT COUNT(DISTINCT amazon_order_id) FROM amazon_orders' >/packlight.orders
step "its window is open, and the demo seller's orders are there: $(cat /packlight.orders)"

step "ending it"
kill "$(cat /tmp/app.pid)"
wait || true

step "removing it"
dpkg -P packlight >/dev/null
listing >/tmp/after
left=$(comm -13 /tmp/before /tmp/after)
[ -z "$left" ] || fail "it left behind: $left"
gone=$(comm -23 /tmp/before /tmp/after)
[ -z "$gone" ] || fail "it took away what was not its own: $gone"
[ -e "$database" ] || fail "the seller's own files went with it"
step "nothing of it is left outside the seller's home"

#!/bin/sh
# Makes .venv from requirements/dev.lock, on a machine that has only python3 (3.11 or later) with pip.
# uv builds it: it needs no python3-venv, and PEP 668 does not concern a folder of our own.
#
#   packaging/setup.sh           set up (the Makefile calls it whenever a lock file or pyproject.toml has changed)
#   packaging/setup.sh qt        see that Qt can be loaded, and say what is missing
#   packaging/setup.sh browser   see that there is a browser for the tests of the pages
#   packaging/setup.sh lock      write requirements/*.lock again, with the newest versions that pyproject.toml allows
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
uv=.tools/bin/uv

# What Qt is linked to, QtMultimedia's sound included; fonts for people's names; a window on X11 or Wayland; the camera.
qt_packages="libegl1 libgl1 libxkbcommon0 libfontconfig1 libglib2.0-0 libdbus-1-3 libpulse0"
qt_packages="$qt_packages fonts-noto-core fonts-noto-cjk"
qt_packages="$qt_packages libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 libwayland-cursor0"
qt_packages="$qt_packages libxrandr2"
# What the tests of the registrants' pages drive.
browser_packages="chromium"

say() { printf 'setup: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

check_python() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        stop "Lanyard needs Python 3.11 or later as '$python'; name another one with PYTHON=..."
    "$python" -m pip --version >/dev/null 2>&1 ||
        stop "'$python' has no pip (on Debian: apt-get install python3-pip)"
}

# pip_option NAME: what pip was told in its environment or its files; nothing if it was told nothing.
# `pip config get` would read one file only, `list` reads all and the environment.
pip_option() {
    for section in :env: install global; do
        "$python" -m pip config list | sed -n "s/^$section\.$1='\(.*\)'\$/\1/p" | grep . && return
    done
    return 0
}

# uv reads none of pip's configuration, so that a mirror or a certificate that pip was given is handed on here.
# It stays in the environment: no file of this repository names an index.
hand_pip_options_to_uv() {
    index=$(pip_option index-url)
    certificates=$(pip_option cert)
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
    [ -z "$certificates" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
    # Debian's pip trusts what the machine trusts; uv would trust only its own list.
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
    export UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"
    unset VIRTUAL_ENV
}

install_uv() {
    if ! cmp -s requirements/tools.lock .tools/installed.lock; then
        say "installing uv into .tools"
        rm -rf .tools
        # A pip that insists on a virtual environment, or on --user, would refuse --target.
        PIP_REQUIRE_VIRTUALENV=0 PIP_USER=0 PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet \
            --disable-pip-version-check --require-hashes --no-deps --target .tools -r requirements/tools.lock
        cp requirements/tools.lock .tools/installed.lock
    fi
}

fill_venv() {
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        say "making .venv"
        "$uv" venv --quiet --clear --python "$("$python" -c 'import sys; print(sys.executable)')" .venv
    fi
    say "installing requirements/dev.lock into .venv"
    "$uv" pip sync --quiet --python .venv/bin/python --require-hashes --only-binary :all: requirements/dev.lock
    # The build backend is one of the packages just installed, so that nothing is fetched without a hash.
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
}

# install_packages PURPOSE PACKAGE...: Debian packages that are missing. They stop nothing here: whatever has no window
# works without them, fonts are for looks, and tests that need a browser say so.
install_packages() {
    purpose=$1
    shift
    command -v dpkg-query >/dev/null || return 0
    missing=""
    for package in "$@"; do
        dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        say "installing Debian packages for $purpose:$missing"
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086  # a list of words
        { apt-get -qq update && apt-get -qq install --no-install-recommends $missing; } >/dev/null && return 0
        say "that did not work; go on without them"
    fi
    say "Debian packages for $purpose are missing; install them with"
    say "    sudo apt-get install --no-install-recommends$missing"
}

# shellcheck disable=SC2086  # lists of words
install_qt_packages() { install_packages "the desktop" $qt_packages; }
# shellcheck disable=SC2086
install_browser() { install_packages "the tests of the pages" $browser_packages; }

check_qt() {
    load='import PySide6.QtWidgets, PySide6.QtMultimedia'
    .venv/bin/python -c "$load" 2>/dev/null && return
    install_qt_packages
    .venv/bin/python -c "$load" || stop "Qt cannot be loaded"
}

# compile NAME SOURCE OPTION...: requirements/NAME.lock for every Python and system that we support.
compile() {
    lock=requirements/$1.lock
    source=$2
    shift 2
    "$uv" pip compile --quiet --universal --python-version 3.11 --only-binary :all: --generate-hashes --upgrade \
        --no-emit-index-url --no-emit-find-links --no-header --output-file "$lock" "$@" "$source"
}

case ${1:-} in
"" | lock)
    check_python
    hand_pip_options_to_uv
    install_uv
    ;;
esac
case ${1:-} in
"")
    fill_venv
    install_qt_packages
    touch .venv/ready
    ;;
qt) check_qt ;;
browser) install_browser ;;
lock)
    compile tools requirements/tools.in
    compile dev pyproject.toml --extra server --extra desktop --extra dev
    # What is shipped is what was tested: the same versions, fewer packages.
    compile server pyproject.toml --extra server --constraint requirements/dev.lock
    compile desktop pyproject.toml --extra desktop --constraint requirements/dev.lock
    ;;
*) stop "unknown word '$1'" ;;
esac

# Sourced by scripts that run a command beside throw-away servers on loopback: with-databases and
# cluster. The script that sources it sets `me` (its name), calls `begin` first, makes its folder
# with `make_work`, starts servers, ends with `run_command`, and has two functions of its own:
#   stop_servers  stops all that it started
#   report_end    says which of them ended while the command ran
#
# Whatever happens, the servers are stopped and the folder is deleted; after SIGKILL, the one thing no
# script can catch, the servers stop and the folder stays. INT is passed on to the command, which
# decides; TERM and HUP too, and after STOP_LIMIT it is killed.
#
# shellcheck shell=bash
# shellcheck disable=SC2034 # what the scripts use

readonly START_LIMIT=120 # seconds; 3 is usual, but two cores may be busy compiling
readonly STOP_LIMIT=10   # seconds

work=""        # the one folder that holds everything
preparing=()   # processes that end by themselves before the command starts
command_pid="" # the command
kill_at=""     # when the command's patience is over, in SECONDS

die() {
  printf '%s: %s\n' "$me" "$1" >&2
  exit 1
}

die_with_log() {
  printf '%s: the end of %s:\n' "$me" "$2" >&2
  tail -n 30 "$work/$2" >&2 || true
  die "$1"
}

begin() {
  [[ -e /proc/self/fd/0 ]] || exec </dev/null # started without any input
  trap clean_up EXIT
  trap 'on_signal INT 130' INT
  trap 'on_signal TERM 143' TERM
  trap 'on_signal HUP 129' HUP
}

find_postgres() {
  local initdb
  initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort --version-sort | tail -n 1) ||
    initdb=$(realpath "$(command -v initdb)" 2>/dev/null) ||
    die "no PostgreSQL server: run scripts/install-test-tools"
  postgres_bin=${initdb%/initdb}
}

# make_work PLACE: a folder below it, which the database users may pass through, and a password.
make_work() {
  work=$(mktemp -d "$1/pipit-$me.XXXXXX")
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  ((EUID != 0)) || chmod 711 "$work"
}

# give_to USER FOLDER: makes the folder. PostgreSQL refuses to run as root, so root hands each server
# to the user of its package: `as_USER` is then the words before a command.
give_to() {
  local user=$1 folder=$2
  declare -ga "as_$user=(setpriv --no-new-privs)"
  local -n words=as_$user
  mkdir -p "$folder"
  if ((EUID == 0)); then
    words+=("--reuid=$user" "--regid=$user" --init-groups)
    chown -R "$user:" "$folder"
  fi
  chmod 700 "$folder"
  "${words[@]}" test -w "$folder" ||
    die "the user $user cannot enter $work: set TMPDIR to a folder that everyone may enter"
}

# --auth=md5: SCRAM spends thousands of hash rounds on every connection, and in a debug build each
# costs a test more than its queries do.
prepare_postgres() {
  printf '%s\n' "$password" >"$work/postgres/password"
  cd "$work/postgres" # the caller's folder may be closed to the server's user
  exec timeout "$START_LIMIT" "${as_postgres[@]}" "$postgres_bin/initdb" \
    --pgdata="$work/postgres/data" --username=postgres --pwfile="$work/postgres/password" \
    --auth=md5 --encoding=UTF8 --no-locale --no-sync \
    >"$work/prepare-postgres.log" 2>&1 </dev/null
}

# Below Linux's range for outgoing connections (32768 and up), so that none of those takes it.
# Another process may still take it before the server does.
free_port() {
  local port
  for ((tries = 0; tries < 100; tries++)); do
    port=$((20000 + SRANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
  die "no free port between 20000 and 32000"
}

# In the background, since bash runs no trap while it waits for a foreground command. There bash
# would take away its input and make it deaf to Ctrl-C; `<&0` and `env` give both back.
run_command() {
  env --default-signal=INT,QUIT -- "$@" <&0 &
  command_pid=$!
  wait "$command_pid" || true
  while kill -0 "$command_pid" 2>/dev/null; do # a signal ended the wait, not the command
    if [[ -n $kill_at ]] && ((SECONDS >= kill_at)); then
      signal_trees KILL "$command_pid"
    fi
    sleep 0.1
  done
  local code=0
  wait "$command_pid" || code=$? # bash keeps the code, however often it is asked
  command_pid=""
  report_end
  exit "$code"
}

on_signal() {
  [[ -n $command_pid ]] || exit "$2"
  signal_trees "$1" "$command_pid"
  [[ $1 == INT ]] || kill_at=$((SECONDS + STOP_LIMIT))
}

# To processes and all their descendants: cargo does not pass a signal on to the tests it runs.
signal_trees() {
  local signal=$1 i
  shift
  local pids=("$@")
  for ((i = 0; i < ${#pids[@]}; i++)); do
    # shellcheck disable=SC2207 # numbers with spaces between them
    pids+=($(cat /proc/"${pids[i]}"/task/*/children 2>/dev/null || true))
  done
  kill -s "$signal" "${pids[@]}" 2>/dev/null || true
}

clean_up() {
  trap '' INT TERM HUP
  [[ -z $command_pid ]] || signal_trees KILL "$command_pid"
  ((${#preparing[@]} == 0)) || signal_trees KILL "${preparing[@]}"
  stop_servers
  [[ -n $work ]] || return 0
  local tries
  for ((tries = 0; tries < STOP_LIMIT * 20; tries++)); do # what was killed may still be writing
    rm -rf "$work" 2>/dev/null && return
    sleep 0.05
  done
  printf '%s: could not delete %s\n' "$me" "$work" >&2
}

# stop PID SIGNAL
stop() {
  local pid=$1 tries
  [[ -n $pid ]] || return 0
  kill -s "$2" "$pid" 2>/dev/null || return 0
  for ((tries = 0; tries < STOP_LIMIT * 20; tries++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.05
  done
  kill -s KILL "$pid" 2>/dev/null || true
}

/**
 * The reaper's program, for any POSIX shell, so that it costs a megabyte and runs alike from source
 * and from the built package. It reads `+ GROUP` and `- GROUP` lines; when its stdin ends (the daemon
 * is gone, however that came) it ends the groups that are left.
 *
 * A process group's id is not given out again while the group has members, so a group may be killed
 * when its leader is the recorded process (same start time, field 22 of /proc/PID/stat) or is gone.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT TERM QUIT
start_of() {
  [ -r "/proc/$1/stat" ] || return 0
  IFS= read -r line < "/proc/$1/stat" || return 0
  set -- \${line##*) }
  [ $# -ge 20 ] || return 0
  shift 19
  printf '%s' "$1"
}
is_ours() {
  now=$(start_of "\${1%%:*}")
  [ -z "$now" ] || [ "$now" = "\${1#*:}" ]
}
groups=
while read -r op id; do
  case $op in
    +) groups="$groups $id:$(start_of "$id")" ;;
    -) left=
       for entry in $groups; do [ "\${entry%%:*}" = "$id" ] || left="$left $entry"; done
       groups=$left ;;
  esac
done
[ -n "$groups" ] || exit 0
for entry in $groups; do is_ours "$entry" && kill -s TERM -- "-\${entry%%:*}" 2>/dev/null; done
sleep 1
for entry in $groups; do is_ours "$entry" && kill -s KILL -- "-\${entry%%:*}" 2>/dev/null; done
exit 0
`;

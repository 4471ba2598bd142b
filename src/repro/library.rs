//! The shell functions and jq definitions that scripts are made of. A script holds only those that it calls.

/// What every script begins with, after its head.
pub(super) const CORE: &str = r#"# plain: what comes in, without that which a terminal acts on or hides.
plain() {
  LC_ALL=C tr -d '\000-\010\013-\037\177' |
    LC_ALL=C sed "$(printf 's/\302[\200-\237]//g; s/\342\200[\213-\217\250-\256]//g; s/\342\201[\240-\257]//g; s/\357\273\277//g')"
}
say() { printf '%s\n' "$*" | plain; }
die() { say "cannot be tried: $*" >&2; exit 2; }
for tool in curl jq awk; do
  command -v "$tool" >/dev/null 2>&1 || die "this script needs $tool"
done
work=$(mktemp -d) && cd "$work" || die "there is no room for the answers"
clean() { :; }
trap 'clean; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# ask N ARGUMENT...: sends request N, and keeps status, header fields and content of the answer.
ask() {
  n=$1; shift
  # As in the run, content in a coding is not wanted, unless the request says so itself.
  case "$*" in *accept-encoding:*) ;; *) set -- -H 'accept-encoding: identity' "$@" ;; esac
  status=$(curl -sS -g --path-as-is --max-time 60 -H 'expect:' -o "$n" -D "$n.head" -w '%{http_code}' "$@" 2>"$n.error")
  code=$?
  echo "$code" >"$n.curl"
  echo "$status" >"$n.status"
  case $code in 3|5|6|7|35|60) die "$(cat "$n.error")" ;; esac
  [ -e "$n" ] || : >"$n"
  [ -e "$n.head" ] || : >"$n.head"
  echo "  request $n: $status"
}

# made N: request N was to be accepted, since what follows needs it.
made() {
  read -r status <"$1.status"
  case $status in
    2??) ;;
    *) die "request $1 was answered $status: $(head -c 300 "$1")" ;;
  esac
}

# show N: the beginning of the answer to request N.
show() {
  echo
  echo "the answer to request $1: $(cat "$1.status")"
  head -c 1200 "$1" | plain | sed 's/^/  /'
  echo
}
"#;

/// A part of the library: its text, and the parts that it calls.
pub(super) struct Part {
    /// What calls it is found by this word.
    pub name: &'static str,
    /// The definition.
    pub text: &'static str,
    /// Whether it is a definition for jq, else for the shell.
    pub is_jq: bool,
}

const fn shell(name: &'static str, text: &'static str) -> Part {
    Part { name, text, is_jq: false }
}

const fn jq(name: &'static str, text: &'static str) -> Part {
    Part { name, text, is_jq: true }
}

/// All parts, each before those that call it.
pub(super) const PARTS: &[Part] = &[
    jq(
        "at",
        r#"def at($p): reduce ($p | split("/")[1:][] | gsub("~1"; "/") | gsub("~0"; "~")) as $k
  (.; if type == "array" then (try .[$k | tonumber] catch null) elif type == "object" then .[$k] else null end);"#,
    ),
    jq(
        "there",
        r#"def there($p): if $p == "" then true else ($p | split("/")) as $t | at($t[:-1] | join("/")) as $up
  | ($t[-1] | gsub("~1"; "/") | gsub("~0"; "~")) as $k
  | if ($up | type) == "object" then $up | has($k) elif ($up | type) == "array" then ($up | length) > ($k | tonumber) else false end end;"#,
    ),
    jq("first_of", "def first_of(f): [f | select(. != null)] | first;"),
    jq("is_number", r#"def is_number: type == "string" and startswith("\u0001");"#),
    jq("as_text", r"def as_text: if . == null then null elif is_number then .[1:] else tostring end;"),
    jq(
        "microseconds",
        r#"def microseconds:
  if type == "number" then . * 1000 elif is_number then (.[1:] | tonumber) * 1000 elif type != "string" then null else
    (capture("^(?<d>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?<t>[0-9]{2}:[0-9]{2}:[0-9]{2})([.](?<f>[0-9]+))?(?<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})?$") // null) as $m
    | if $m == null then (if test("^[0-9]{10,}$") then tonumber * 1000 else null end) else
        ("\($m.d)T\($m.t)Z" | fromdate) * 1000000 + ((($m.f // "") + "000000")[0:6] | tonumber)
        - (if $m.z == null or ($m.z | ascii_upcase) == "Z" then 0
           else ($m.z | (if startswith("-") then -1 else 1 end) * ((.[1:3] | tonumber) * 3600 + (.[-2:] | tonumber) * 60)) * 1000000 end)
      end
  end;"#,
    ),
    jq("milliseconds", "def milliseconds: microseconds | if . == null then null else . / 1000 | floor end;"),
    jq(
        "same",
        r#"def same($a; $b):
  if ($a | is_number) and ($b | is_number) then
    ($a[1:] | sub("[.]0+$"; "") | sub("^-0$"; "0")) as $x | ($b[1:] | sub("[.]0+$"; "") | sub("^-0$"; "0")) as $y
    | $x == $y or ((($x + "/" + $y) | test("^-?[0-9]+/-?[0-9]+$") | not) and ($x | tonumber) == ($y | tonumber))
  elif ($a | type) == "array" and ($b | type) == "array" then
    ($a | length) == ($b | length) and all(range($a | length); . as $i | same($a[$i]; $b[$i]))
  elif ($a | type) == "object" and ($b | type) == "object" then
    ($a | keys) == ($b | keys) and all($a | keys[]; . as $k | same($a[$k]; $b[$k]))
  else $a == $b end;"#,
    ),
    jq(
        "at_least",
        r#"def at_least($a; $b):
  if ($a | type) == "object" and ($b | type) == "object" then
    all($a | keys[]; . as $k | ($b | has($k)) and at_least($a[$k]; $b[$k]))
  elif ($a | type) == "array" and ($b | type) == "array" then
    ($a | length) == ($b | length) and all(range($a | length); . as $i | at_least($a[$i]; $b[$i]))
  else same($a; $b) end;"#,
    ),
    jq(
        "loosely",
        r#"def width: if is_number then 1000 else
  (capture("[.](?<f>[0-9]+)") // {f: ""}) | .f | length | if . > 6 then 6 else . end | pow(10; 6 - .) end;
def loosely($a; $b):
  if $a == null or $b == null then true
  elif ($a | microseconds) != null and ($b | microseconds) != null and ((($a | is_number) and ($b | is_number)) | not) then
    (($a | microseconds) - ($b | microseconds) | if . < 0 then -. else . end) < ([$a, $b | width] | max)
  else same($a; $b) end;"#,
    ),
    jq(
        "instantly",
        "def instantly($a; $b): ($a | microseconds) as $x | $x != null and $x == ($b | microseconds);",
    ),
    jq(
        "valid",
        r#"def valid($s): . as $v | type as $type
  | def with($k; f): if $s | has($k) then ($s[$k] | f) else true end;
  if ($s | type) == "boolean" then $s else
    with("type"; [.] | flatten | any(.[]; . == $type or (. == "integer" and $type == "number" and ($v | floor) == $v)))
    and with("enum"; any(.[]; . == $v)) and with("const"; . == $v)
    and with("anyOf"; any(.[]; . as $t | $v | valid($t))) and with("allOf"; all(.[]; . as $t | $v | valid($t)))
    and with("oneOf"; [.[] | . as $t | select($v | valid($t))] | length == 1) and with("not"; . as $t | $v | valid($t) | not)
    and (if $type == "string" then
        with("minLength"; . <= ($v | length)) and with("maxLength"; . >= ($v | length))
        and with("pattern"; . as $r | try ($v | test($r)) catch true)
        and with("format"; if . == "date-time" then
              $v | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$")
            elif . == "date" then $v | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
            elif . == "uuid" then $v | test("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$") else true end)
      elif $type == "number" then
        with("minimum"; . <= $v) and with("maximum"; . >= $v)
        and with("exclusiveMinimum"; . < $v) and with("exclusiveMaximum"; . > $v)
      elif $type == "array" then
        with("minItems"; . <= ($v | length)) and with("maxItems"; . >= ($v | length))
        and with("items"; . as $t | all($v[]; valid($t)))
      elif $type == "object" then
        with("required"; all(.[]; . as $k | $v | has($k)))
        and with("properties"; to_entries | all(.[]; . as $e | if $v | has($e.key) then $v[$e.key] | valid($e.value) else true end))
        and with("additionalProperties"; if . == false then ($v | keys) - (($s.properties // {}) | keys) == [] else true end)
      else true end)
  end;"#,
    ),
    jq(
        "expand",
        r#"def expand: (capture("^(?<l>.*)\\[(?<a>[0-9]+)[.][.](?<b>[0-9]+)\\]$") // null) as $r
  | if $r == null then . else ($r.a | tonumber) as $a | ($r.b | tonumber) as $b
    | (if $a <= $b then range($a; $b + 1) else range($a; $b - 1; -1) end) | "\($r.l)[\(.)]" end;"#,
    ),
    jq(
        "named",
        r#"# The records by name: the lines of $names say in which answer, and where in it, the ids stand.
def named($answers): $names | split("\n") | map(select(. != "") | split(" ")) | map(. as [$range, $n, $before, $after]
  | [$range | expand] | to_entries[] | .key as $i
  | {key: .value, value: ($answers[$n] | at(if $before == "-" then $after else "\($before)/\($i)\($after)" end) | as_text)}) | from_entries;"#,
    ),
    jq(
        "ids",
        r"def ids($answers; $pages): [$pages[] | $answers[.] | at($items) | .[]
  | select($only == null or first_of(at($only.at[])) == $only.is) | [at($id[])] | map(select(. != null)) | first | as_text];",
    ),
    shell(
        "uri",
        r#"# uri TEXT: the text as a part of a URL.
uri() { jq -rn --arg x "$1" '$x | @uri'; }
"#,
    ),
    shell(
        "json_text",
        r#"# json_text TEXT: the text as it stands between the quotation marks of a JSON string.
json_text() { jq -rn --arg x "$1" '$x | tojson | .[1:-1]'; }
"#,
    ),
    shell(
        "take",
        r#"# take N POINTER: the value that stands there in the answer to request N.
take() { jq -er --arg p "$2" "$lib at(\$p) | select(. != null) | tostring" "$1" 2>/dev/null || die "the answer to request $1 has nothing at $2"; }
"#,
    ),
    shell(
        "take_milliseconds",
        r#"# take_milliseconds N POINTER [LATER]: the instant that stands there, in milliseconds since 1970, and so many later.
take_milliseconds() { jq -er --arg p "$2" --argjson later "${3:-0}" "$lib at(\$p) | milliseconds | select(. != null) | . + \$later" "$1" 2>/dev/null || die "the answer to request $1 has no instant at $2"; }
"#,
    ),
    shell(
        "take_date_time",
        r#"# take_date_time N POINTER [LATER]: the instant that stands there, in UTC and to the millisecond, and so many milliseconds later.
take_date_time() { jq -er --arg p "$2" --argjson later "${3:-0}" "$lib at(\$p) | milliseconds | select(. != null) | . + \$later | . as \$ms | (. / 1000 | floor | todate | sub(\"Z\$\"; \"\")) + \".\" + ((\$ms % 1000 + 1000 | tostring)[1:]) + \"Z\"" "$1" 2>/dev/null || die "the answer to request $1 has no instant at $2"; }
"#,
    ),
    shell(
        "was_refused",
        r#"# was_refused N: request N was to be refused, since it was when the fault was found.
was_refused() {
  read -r status <"$1.status"
  case $status in
    4??) ;;
    *) die "request $1 was answered $status: $(head -c 300 "$1")" ;;
  esac
}
"#,
    ),
    shell(
        "all_came",
        r#"# all_came N...: waits for requests that were sent at the same time.
all_came() {
  wait
  for n; do [ -e "$n.head" ] || exit 2; done
}
"#,
    ),
    shell(
        "numbers",
        r#"# numbers: JSON in which each number is a string that begins with U+0001, since jq may round numbers.
numbers() {
  awk 'BEGIN { RS = "\003" } { s = $0
    while (match(s, /"([^"\\]|\\.)*"|-?[0-9][-+.eE0-9]*/)) {
      t = substr(s, RSTART, RLENGTH)
      printf "%s%s", substr(s, 1, RSTART - 1), (t ~ /^"/ ? t : "\"\\u0001" t "\"")
      s = substr(s, RSTART + RLENGTH)
    }
    printf "%s", s }'
}
"#,
    ),
    shell(
        "answered",
        r#"# answered N: request N was to be answered by a success, since only such an answer can be looked into.
answered() {
  read -r code <"$1.curl"
  read -r status <"$1.status"
  [ "$code" = 0 ] || die "request $1 got no whole answer: $(cat "$1.error")"
  case $status in 2??) ;; *) die "request $1 was answered $status" ;; esac
}
"#,
    ),
    shell(
        "readable",
        r#"# readable N: the answer to request N was to be JSON.
readable() { answered "$1"; jq -e . "$1" >/dev/null 2>&1 || [ "$?" = 1 ] || die "the answer to request $1 is no JSON"; }
"#,
    ),
    shell(
        "told",
        r#"# told: shows what was compared, of which the first line says whether it is right.
told() {
  [ -s compared ] || die "there is nothing to compare"
  tail -n +2 compared | plain
  read -r right <compared
  [ "$right" = true ]
}
"#,
    ),
    shell(
        "expect_answer",
        r#"expect_answer() {
  say "curl ended with $(cat "$1.curl") $(cat "$1.error"); expected: a whole answer"
  [ "$(cat "$1.curl")" = 0 ]
}
"#,
    ),
    shell(
        "expect_status",
        r#"# expect_status N RANGE...
expect_status() {
  n=$1; shift
  status=$(cat "$n.status")
  [ "$status" != 000 ] || die "request $n got no answer: $(cat "$n.error")"
  echo "status of request $n: $status; expected: $*"
  for range; do
    if [ "$status" -ge "${range%-*}" ] && [ "$status" -le "${range#*-}" ]; then return 0; fi
  done
  return 1
}
"#,
    ),
    shell(
        "field",
        r#"# field N NAME: the value of a header field.
field() { grep -i "^$2:" "$1.head" | tail -n 1 | tr -d '\r' | sed 's/^[^:]*:[[:blank:]]*//; s/[[:blank:]]*$//'; }
"#,
    ),
    shell(
        "take_field",
        r#"# take_field N NAME: the value of a header field of the answer to request N; nothing if it has none.
take_field() { field "$1" "$2"; }
"#,
    ),
    shell(
        "expect_header",
        r#"# expect_header N NAME PATTERN WHAT
expect_header() {
  value=$(field "$1" "$2")
  say "$2 of request $1: ${value:-nothing}; expected: $4"
  printf '%s\n' "$value" | grep -Eiq "$3"
}
"#,
    ),
    shell(
        "expect_utf8",
        r#"# expect_utf8 N: JSON is not said to be in another charset.
expect_utf8() {
  value=$(field "$1" content-type | tr 'A-Z' 'a-z')
  say "content-type of request $1: $value; expected: no charset but utf-8"
  case $value in *charset=utf-8*|*charset=utf8*|*'charset="utf-8"'*) return 0 ;; *charset=*) return 1 ;; esac
}
"#,
    ),
    shell(
        "expect_json",
        r#"# expect_json N: one JSON text, in UTF-8, without a byte order mark.
expect_json() {
  echo "expected: one JSON text in UTF-8"
  if [ "$(head -c 3 "$1" | od -An -tx1 | tr -d ' \n')" = efbbbf ]; then echo "it begins with a byte order mark"; return 1; fi
  if ! jq -Rsj . "$1" | cmp -s - "$1"; then echo "it is not UTF-8"; return 1; fi
  jq -es 'length == 1' "$1" >/dev/null
}
"#,
    ),
    shell(
        "expect_like_get",
        r#"# expect_like_get GET HEAD
expect_like_get() {
  length=$(field "$1" content-length); [ -n "$length" ] || length=$(wc -c <"$1" | tr -d ' ')
  head_length=$(field "$2" content-length)
  say "GET:  $(cat "$1.status"), $(field "$1" content-type), $length octets"
  say "HEAD: $(cat "$2.status"), $(field "$2" content-type), ${head_length:-no} octets"
  [ "$(cat "$1.status")" = "$(cat "$2.status")" ] &&
    [ "$(field "$1" content-type | tr 'A-Z' 'a-z' | sed 's/ *;.*//')" = "$(field "$2" content-type | tr 'A-Z' 'a-z' | sed 's/ *;.*//')" ] &&
    { [ -z "$head_length" ] || [ "$head_length" = "$length" ]; }
}
"#,
    ),
    shell(
        "expect_value",
        r#"# expect_value N PLACE VALUE HOW [ID]: what stands in the answer at a place is this value.
expect_value() {
  readable "$1"
  numbers <"$1" >actual
  printf '%s' "$3" | numbers >wanted
  say "expected: $(printf '%s' "$3" | head -c 400)"
  printf 'came:     '; jq -ac --arg wanted "${5-}" "$lib $2" "$1" | head -c 400; echo
  jq -en --slurpfile a wanted --slurpfile b actual --arg wanted "${5-}" "$lib \$a[0] as \$a | (\$b[0] | $2) as \$b | $4(\$a; \$b)" >/dev/null
}
"#,
    ),
    shell(
        "expect_nothing",
        r#"# expect_nothing N PLACE
expect_nothing() {
  readable "$1"
  echo "expected: nothing"
  printf 'came:     '; jq -ac "$lib $2" "$1" | head -c 400; echo
  jq -e "$lib $2 == null" "$1" >/dev/null
}
"#,
    ),
    shell(
        "expect_same",
        r#"# expect_same N PLACE ID OTHER PLACE ID HOW
expect_same() {
  readable "$1"; readable "$4"
  numbers <"$1" >one; numbers <"$4" >other
  jq -anr --slurpfile a one --slurpfile b other --arg x "$3" --arg y "$6" "$lib (\$x as \$wanted | \$a[0] | $2) as \$a | (\$y as \$wanted | \$b[0] | $5) as \$b | $7(\$a; \$b), {one: \$a, other: \$b}" >compared || die "the answers cannot be compared"
  told
}
"#,
    ),
    shell(
        "expect_schema",
        r#"# expect_schema N POINTER SCHEMA: what stands there, if anything does, obeys the schema.
expect_schema() {
  [ "$(cat "$1.curl")" = 0 ] || die "request $1 got no whole answer: $(cat "$1.error")"
  printf '%s' "$3" >schema
  say "expected: $(head -c 400 schema)"
  printf 'came:     '; jq -ac --arg p "$2" "$lib if there(\$p) then at(\$p) else \"nothing\" end" "$1" | head -c 400; echo
  jq -e --arg p "$2" --slurpfile s schema "$lib (there(\$p) | not) or (at(\$p) | valid(\$s[0]))" "$1" >/dev/null
}
"#,
    ),
    shell(
        "expect_list",
        r#"# expect_list PAGES ITEMS IDS NAMES FROM TO FIT SIZE OPEN MAYBE FILES: the items of the pages are these records, in this order.
expect_list() {
  for n in $1; do answered "$n"; done
  jq -nr --arg pages "$1" --arg items "$2" --argjson id "$3" --argjson wanted "$4" --argjson from "$5" --argjson to "$6" \
    --arg fit "$7" --argjson size "$8" --argjson open "$9" --argjson maybe "${10}" --arg names "$names" \
    --argjson only "$only" "$lib
    reduce inputs as \$x ({}; .[input_filename] = \$x) | . as \$answers | named(\$answers) as \$records
    | (\$records | to_entries | map({key: (.value // \"\"), value: .key}) | from_entries) as \$name_of
    | ids(\$answers; \$pages | split(\" \")) as \$met
    | [\$wanted[] | if type == \"array\" then [.[] | expand] else (expand | [.]) end] as \$groups
    | ([\$groups | to_entries[] | .key as \$rank | .value[] | {key: (\$records[.] // \"\"), value: \$rank}] | from_entries) as \$ranks
    | [\$maybe[] | expand | \$records[.]] as \$maybe
    | [\$groups | to_entries[] | .key as \$rank | .value[] | \$rank] as \$all | \$all[\$from:\$to] as \$part
    | [\$met[] | select(. == null or (. as \$m | any(\$maybe[]; . == \$m) | not))
       | select(. == null or \$ranks[.] != null or (\$open | not))] as \$own
    | [\$own[] | if . == null then -1 else \$ranks[.] // -1 end] as \$came
    | ((\$own | map(select(. != null)) | (unique | length) == length)
         and (if \$fit == \"whole\" then \$came == \$part
           elif (\$met | length) > \$size then false
           elif \$fit == \"first\" then \$came == \$part[:\$came | length] and ((\$met | length) >= \$size or (\$came | length) == (\$part | length))
           else \$came == (if \$came == [] then [] else \$part[-(\$came | length):] end) and ((\$met | length) >= \$size or (\$came | length) == (\$part | length)) end)),
      \"expected: \([\$groups[][]][\$from:\$to] | join(\" \"))\",
      \"came:     \([\$met[] | if . == null then \"(without an id)\" else \$name_of[.] // . end] | join(\" \"))\"
    " ${11} >compared || die "the answers cannot be read as lists"
  told
}
"#,
    ),
    shell(
        "expect_lacks",
        r#"# expect_lacks PAGES ITEMS IDS ID FILES: no item of the pages has this id.
expect_lacks() {
  for n in $1; do readable "$n"; done
  say "expected: no item $4"
  jq -en --arg pages "$1" --arg items "$2" --argjson id "$3" --arg unwanted "$4" --argjson only "$only" "$lib
    reduce inputs as \$x ({}; .[input_filename] = \$x) | ids(.; \$pages | split(\" \")) | all(.[]; . != \$unwanted)" $5 >/dev/null
}
"#,
    ),
    shell(
        "expect_same_list",
        r#"# expect_same_list PAGES ITEMS IDS PAGES FILES: both lists have the same items in the same order.
expect_same_list() {
  for n in $1 $4; do answered "$n"; done
  jq -nr --arg pages "$1" --arg items "$2" --argjson id "$3" --arg others "$4" --argjson only "$only" "$lib
    reduce inputs as \$x ({}; .[input_filename] = \$x) | ids(.; \$pages | split(\" \")) as \$one | ids(.; \$others | split(\" \")) as \$other
    | \$one == \$other, \"one:   \(\$one | join(\" \"))\", \"other: \(\$other | join(\" \"))\"" $5 >compared || die "the answers cannot be read as lists"
  told
}
"#,
    ),
    shell(
        "expect_untold",
        r#"# expect_untold N TEXT: the content of the answer does not hold the text.
expect_untold() {
  say "expected: an answer that does not tell $2"
  case $(tr -d '\000' <"$1") in *"$2"*) return 1 ;; esac
}
"#,
    ),
    shell(
        "expect_secret_untold",
        r#"# expect_secret_untold N NAME: no part of the answer holds the value of this variable, which is not shown here either.
expect_secret_untold() {
  eval "secret=\$$2"
  echo "expected: an answer that does not hold the value of $2"
  case $(tr -d '\000' <"$1"; cat "$1.head") in *"$secret"*) return 1 ;; esac
}
"#,
    ),
    shell(
        "expect_revalidated",
        r#"# expect_revalidated FIRST AGAIN: 304, unless the tag of the first answer is no longer that of the second.
expect_revalidated() {
  tag=$(field "$1" etag)
  say "status of request $2: $(cat "$2.status"); expected: 304, where the tag is still ${tag:-none}"
  [ -z "$tag" ] || [ "$(cat "$2.status")" = 304 ] || [ "$(field "$2" etag)" != "$tag" ]
}
"#,
    ),
    shell(
        "expect_cursor",
        r#"# expect_cursor N PLACE ITEMS KEYS END: the cursor is the instant of the newest (max) or oldest (min) item.
expect_cursor() {
  answered "$1"
  jq -r --arg items "$3" --argjson key "$4" "$lib
    ([at(\$items) | .[] | [at(\$key[])] | map(select(. != null)) | first | milliseconds] | $5) as \$edge
    | ($2 | milliseconds) as \$cursor | \$edge == \$cursor, \"expected: \(\$edge)\", \"came:     \(\$cursor)\"" "$1" >compared || die "the answer to request $1 has no instants"
  told
}
"#,
    ),
];

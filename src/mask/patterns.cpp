#include "patterns.hpp"

namespace touchstone::mask {
namespace {

// Names end in what they are: `PasswordAuthentication no` and `passwd_tries=3` are no secrets, `db_password`, `API_TOKEN`, `clientSecret` are.
const std::string kWord =
    "(?:password|passwd|passphrase|passcode|secrets?|tokens?|credentials?|(?:root|bind|user|db|my|mysql|pg|smtp|mail|auth|login|ldap|sasl)(?:pw|pass|pwd)|"
    "(?:api|access|private|secret|shared|preshared|encryption|signing|auth|master|account|client|license|wep|session|storage)[_.\\- ]?key(?:[_.\\-]?(?:data|base|id))?|"
    "requirepass|masterauth|masterpass|connection[_\\-]?string|r[ow]community6?|trapcommunity)";
// These are ends of other words too.
const std::string kShort = "(?:pass|pwd|pw|psk|pin)";
const std::string kSuffix = "(?:[_.\\-]?(?:hash|enc|encrypted|crypt|plain|text|value|b64|base64|[0-9]{1,3}))?";
const std::string kName = "(?:(?:[A-Za-z0-9_.\\-]*" + kWord + "|(?:[A-Za-z0-9_.\\-]*[_.\\-])?" + kShort + "|[A-Za-z0-9]*[a-z](?-i:Pass|Pwd|Pw|PW|Psk|PSK|Pin))" + kSuffix + ")";
const std::string kBefore = "(?i)(?:^|[^A-Za-z0-9_.\\-])";
const std::string kIs = "[\"'\\]]*\\s*(?:=>|:=|[+?]?=|:)\\s*";
// A quoted value to its end; any other to the end of the line, for it may hold blanks.
const std::string kQuoted = "\"((?:[^\"\\\\]|\\\\.)*)|'((?:[^'\\\\]|\\\\.)*)";
const std::string kValue = "(?:" + kQuoted + "|([^\\s\"'].*))";
const std::string kValueAfterBlank = "(?:" + kQuoted + "|([^\\s\"'=:].*))";

}  // namespace

std::vector<std::string> built_in() {
    return {
        // By name.
        kBefore + kName + kIs + kValue,
        "(?i)(?:^|[\\s;,({\"'])(?:[A-Za-z0-9_.\\-]*(?:password|passwd|passphrase|secret|psk)|bindpw|rootpw|requirepass|masterauth|r[ow]community6?|trapcommunity)" + kSuffix + "[\"']?\\s+" + kValueAfterBlank,
        "(?i)<[\\w:.\\-]*" + kWord + "[^<>]*>([^<>]+)",
        "(?i)(?:^|\\s)--?[\\w\\-]*" + kWord + "[\\s=]+" + kValue,
        // By what stands around them.
        "(?i)\\b(?:proxy-)?authorization[\"']?(?:\\s*[:=]|\\s)\\s*[\"']?(.+)",
        "(?i)\\b(?:set-)?cookie[\"']?\\s*:\\s*(.+)",
        "(?i)\\b(?:bearer|basic|digest|negotiate)\\s+([A-Za-z0-9._~+/=\\-]{8,})",
        "[A-Za-z][A-Za-z0-9+.\\-]*://[^\\s/@:\"']*:([^\\s@\"']+)@",
        "(?i)\\bcurl\\b.*\\s(?:-u|--user)[\\s=]*[\"']?[^\\s:\"']+:([^\\s\"']+)",
        "\\bsshpass\\s+-p\\s*(\\S+)|\\bmysql\\w*\\b.*\\s-p(\\S+)",
        // By their form.
        "\\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\\b",
        "\\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}|glpat-[\\w\\-]{16,}|xox[a-z]-[\\w\\-]{10,}|AIza[\\w\\-]{30,}|[spr]k_(?:live|test)_\\w{10,}|npm_\\w{30,}|"
        "pypi-[\\w\\-]{30,}|SG\\.[\\w\\-]{16,}\\.[\\w\\-]{16,}|hf_\\w{30,}|sk-[\\w\\-]{20,}|dop_v1_\\w{40,}|hv[sb]\\.[\\w\\-]{20,}|ya29\\.[\\w\\-]{20,})",
        "\\b(eyJ[\\w\\-]{8,}\\.[\\w\\-]{8,}(?:\\.[\\w\\-]*)*)",
        "hooks\\.slack\\.com/services/(\\S+)",
        "(\\$(?:[0-9][a-z]?|2[abxy]|y|gy|sm3|sha1|md5|apr1|argon2\\w*|scrypt|pbkdf2\\S*)\\$[./A-Za-z0-9,=+$\\-]{8,})",
        "(?i)(\\{(?:s?sha[0-9]*|s?md5|crypt|pbkdf2[^}]*|argon2)\\}[A-Za-z0-9./+=$,\\-]{8,})",
        "^[^:\\s]+:!?([^:\\s*!]{13,}):[0-9]*:[0-9]*:",
        "(?i)-----BEGIN[ A-Z0-9]* PRIVATE KEY(?: BLOCK)?-----(.+)",
        "(AGE-SECRET-KEY-1[0-9A-Z]{20,})",
    };
}

std::string not_by_name() {
    return "^\\s*-?password\\s+(?:required|requisite|sufficient|optional|include|substack|\\[)|"
           "^(?:passwd|shadow|gshadow|group|initgroups)(?:_compat)?:\\s*(?:(?:files|compat|db|systemd|sss|nis|nisplus|ldap|winbind|hesiod|altfiles|mymachines|extrausers|"
           "\\[[!A-Za-z=]+\\])\\s*)+(?:#.*)?$|"
           "=\\s*(?:\\([^)]*\\)\\s*)?(?:[A-Z_]+:\\s*)*(?:NO)?PASSWD:|"
           "^[^:\\s]+:[x*!]?:[0-9]+:";
}

std::string value_below() { return "(?i)^(\\s*)(?:-\\s+)?[\"']?" + kName + "[\"']?\\s*:\\s*(?:[|>][+\\-0-9]*)?\\s*$"; }

std::string quoted_value() { return kBefore + kName + kIs + "([\"'].*)$"; }

}  // namespace touchstone::mask

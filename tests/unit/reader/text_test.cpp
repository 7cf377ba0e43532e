#include <cstdlib>
#include <ctime>

#include "entries.hpp"
#include "touchstone/log_text.hpp"

using namespace touchstone::reader;
using namespace touchstone::reader::test;

namespace {

const TextForm kUtc{.utc = true};

std::string line(const char* name) { return to_text(entry(golden(name)), kUtc); }

}  // namespace

TEST_CASE("one line for each") {
    CHECK(line("changed") == "2026-01-31 12:00:00.123Z unexpected high     changed    /etc/passwd  size 1800->1821, sha256  by vim(4242), user root, login 1000\n");
    CHECK(line("renamed-directory") == "2026-01-31 12:00:00.123Z authorized high     renamed    /etc/neu/  from /etc/alt\\x0a\\xfe, with 12 objects below it"
                                       "  by vim(4242), user root, login 1000\n");
    CHECK(line("gap") == "2026-01-31 12:00:00.000Z gap        medium   12 touches at or below /etc may have been missed: kernel queue overflow\n");
    CHECK(line("notice-watch-started") == "2026-01-31 12:00:00.000Z notice     low      watch-started  This is watch-started.\n");
    CHECK(line("vanished-while-not-watching").find("by whom is unknown: changed while not watching") != std::string::npos);
    CHECK(line("unreadable").find("/etc/\xc3\xa4\\xff  open: Permission denied") != std::string::npos);
    CHECK(line("appeared-two-actors").find(", container cccccccccccc") != std::string::npos);
}

TEST_CASE("a difference stands below its line, in colours where there are any, and moves no cursor") {
    CHECK(line("changed-diff") ==
          "2026-01-31 12:00:00.123Z unexpected high     changed    /etc/accounts  size 1800->1821, sha256  by vim(4242), user root, login 1000\n"
          "    --- /etc/accounts\n    +++ /etc/accounts\n    @@ -1,2 +1,3 @@\n     root:x:0:0:root:/root:/bin/bash\n    -# password: ********\n    +# password: ********\n"
          "    +eve:x:0:0::/:/bin/\\x1b[1msh\n    (3 more lines of the difference)\n");
    const auto coloured = to_text(entry(golden("changed-diff")), {.colour = true, .utc = true});
    CHECK(coloured.find("\x1b[1;31m-# password: ********\x1b[0m") != std::string::npos);
    CHECK(coloured.find("\x1b[32m+eve:x:0:0::/:/bin/\\x1b[1msh\x1b[0m") != std::string::npos);
    CHECK(std::ranges::count(line("changed-diff-why-not"), '\n') == 1);
    CHECK(to_text(entry(golden("changed-diff-why-not")), {.utc = true, .verbose = true}).find("no difference is shown: it is not text") != std::string::npos);
}

TEST_CASE("local time") {
    ::setenv("TZ", "XYZ-2", 1);
    ::tzset();
    CHECK(to_text(entry(golden("changed")), {}).starts_with("2026-01-31 14:00:00.123 unexpected"));
}

TEST_CASE("mode and owner are shown before and after, what is long is only named") {
    auto is = finding(0, "/x");
    is.changes = {{"mode", "0644", "0600"}, {"uid", "0", "1000"}, {"xattr.user.a", "", "v"}, {"link_target", std::string(99, 'a'), "b"}};
    CHECK(to_text(is, kUtc).find("/x  mode 0644->0600, uid 0->1000, xattr.user.a none->v, link_target  by") != std::string::npos);
}

TEST_CASE("nothing in a log moves the cursor") {
    auto is = finding(0, "/x\x1b[2J\n\r\x9b\xc2\x9b");
    const std::string bad = "\x1b]0;t\x07\n";
    is.action = is.verdict = is.previous_path = is.process->name = is.process->user_name = is.login_uid = is.container_id = is.error = is.reason = is.rule = is.id = bad;
    is.audit_session = is.tty = is.systemd_unit = bad;
    is.changes = {{bad, bad, bad}};
    is.args = is.tags = is.other_paths = {bad};
    is.ancestors = is.actors = {*is.process, *is.process};
    is.transaction = EntryTransaction{bad, bad, bad};
    is.details = {{bad, bad}};
    is.diff = EntryDiff{"@@" + bad + bad, bad, 1};
    Group group{.first = is, .count = 2, .begin = is.at, .end = is.at, .severity = 1, .actions = {{bad, 2}}, .directory = bad, .processes = {bad}, .transaction = is.transaction};
    auto notice = is;
    notice.dataset = Dataset::notice;
    notice.message = bad;
    for (const auto& text : {to_text(is, {.verbose = true}), to_text(group, {}), to_text(notice, {.verbose = true})}) {
        CHECK(text.find_first_of("\x1b\x07\r\x9b") == std::string::npos);
        CHECK(text.find("\xc2\x9b") == std::string::npos);
    }
    CHECK(std::ranges::count(to_text(group, {}), '\n') == 1);
    is.diff.reset();
    CHECK(std::ranges::count(to_text(is, {}), '\n') == 1);
}

TEST_CASE("in verbose form everything is said") {
    const auto text = to_text(entry(golden("changed")), {.utc = true, .verbose = true});
    for (const char* part : {"1800 -> 1821", "-> bbbb", "by           vim(4242) /usr/bin/vim.basic, user root, login 1000", "command      vim /etc/passwd", "bash(4000), of sudo(3999)",
                             "rule         /etc\n", "tags         pci-dss-11.5.2", "id           a316cc01"})
        CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("colours only when asked for") {
    CHECK(line("changed").find('\x1b') == std::string::npos);
    CHECK(to_text(entry(golden("changed")), {.colour = true}).find("\x1b[1;31munexpected") != std::string::npos);
}

TEST_CASE("a group is a line; of one it is the entry") {
    Group group{.first = finding(0, "/etc/x"), .count = 1, .begin = second(0), .end = second(0), .severity = 73, .actions = {{"changed", 1}}, .directory = "/etc", .processes = {"sed"}, .transaction = {}};
    CHECK(to_text(group, kUtc) == to_text(group.first, kUtc));
    group.count = 15;
    group.actions = {{"appeared", 3}, {"changed", 12}};
    group.end = second(3);
    CHECK(to_text(group, kUtc) == "2027-01-15 08:00:00.000Z unexpected high     3 appeared, 12 changed below /etc  in 3.0 s  by sed, user root\n");
    group.transaction = EntryTransaction{"t", "dpkg", "upgrade of 50 packages"};
    CHECK(to_text(group, kUtc).ends_with("(dpkg: upgrade of 50 packages)\n"));
}

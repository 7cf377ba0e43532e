#include "samples.hpp"

#include <sys/sysmacros.h>

#include <cerrno>

#include "event_kinds.hpp"

namespace touchstone::test {
namespace {

Process process(std::int32_t pid, const std::string& name, const std::string& executable) {
    Process made;
    made.entity_id = std::string(28, '0') + std::to_string(1000 + pid % 9000);
    made.pid = pid;
    made.start = at(-1'500'000'000);
    made.name = name;
    made.executable = executable;
    return made;
}

ActorRef vim() {
    Actor actor{process(4242, "vim", "/usr/bin/vim.basic"), {}};
    actor.process.args = {"vim", "/etc/passwd"};
    actor.process.login_uid = 1000;
    actor.ancestors = {process(4000, "bash", "/usr/bin/bash"), process(3999, "sudo", "/usr/bin/sudo"), process(1, "systemd", "")};
    return std::make_shared<const Actor>(actor);
}

ActorRef in_container() {
    Actor actor{process(77, "dpkg", "/usr/bin/dpkg"), {}};
    actor.process.uid = 100000;
    actor.process.container_id = std::string(64, 'c');
    actor.process.session = 3;
    actor.process.tty = "pts0";
    actor.process.cgroup = "/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice/cri-" + actor.process.container_id + ".scope";
    actor.process.pid_namespace = 4026531836;
    actor.process.mount_namespace = 4026531841;
    return std::make_shared<const Actor>(actor);
}

Attributes file() {
    Attributes made;
    made.mode = 0644;
    made.size = 1821;
    made.link_count = 1;
    made.digest = std::string(32, '\xab');
    made.id = {makedev(254, 0), 1234};
    made.mtime = at(-500'000'000);
    made.ctime = at(-500'000'000);
    return made;
}

Attributes before_edit() {
    auto made = file();
    made.size = 1800;
    made.digest = std::string(32, '\x01');
    made.id.inode = 1200;
    made.ctime = at(-3600'000'000'000);
    return made;
}

RuleRef rule(Profile profile = Profile::content) {
    return std::make_shared<const Rule>(Rule{"/etc", profile, {}, Severity::high, {"pci-dss-11.5.2"}});
}

Finding finding(Action action, const std::string& path) {
    Finding made;
    made.action = action;
    made.severity = Severity::high;
    made.path = path;
    made.rule = rule();
    made.touch.path = path;
    made.touch.acts = bit(Act::closed);
    made.touch.actors = {vim()};
    made.touch.first = made.touch.last = at(0);
    return made;
}

Event appeared_by_two() {
    auto made = finding(Action::appeared, "/etc/new link");
    made.after = file();
    made.after->type = FileType::symlink;
    made.after->digest.clear();
    made.after->mode = 0777;
    made.after->link_target = "../tmp/\xff";
    made.after->xattrs = {{"security.selinux", "system_u:object_r:etc_t:s0"},
                          {"user.big", std::string(5000, 'x')}, {"user.raw", "\x01\x02"}};
    made.touch.actors = {vim(), in_container()};
    made.touch.actors_complete = false;
    made.verdict = Verdict::expected;
    made.evidence = {{"expect", "links of c-user", "", "path and writer fit", false, ""}};
    auto event = with(made);
    event.names = {"", "", "c-user"};
    return event;
}

Event vanished_unwatched() {
    auto made = finding(Action::vanished, "/etc/cron.d/job");
    made.before = file();
    made.touch.acts = bit(Act::look);
    made.touch.actors.clear();
    made.touch.actor_unknown = "changed while not watching";
    made.touch.unwatched_since = at(-600'000'000'000);
    return with(made);
}

Event transient() {
    auto made = finding(Action::vanished, "/etc/x");
    made.severity = Severity::low;
    made.transient = true;
    made.differs_from_baseline = false;
    return with(made);
}

Event renamed_directory() {
    auto made = finding(Action::renamed, "/etc/neu");
    made.previous_path = "/etc/alt\n\xfe";
    made.descendants = 12;
    made.before = made.after = file();
    made.before->type = made.after->type = FileType::directory;
    made.before->digest = made.after->digest = "";
    made.touch.acts = bit(Act::moved);
    made.verdict = Verdict::authorized;
    return with(made);
}

Event authorized() {
    auto made = finding(Action::changed, "/usr/sbin/nginx");
    made.verdict = Verdict::authorized;
    made.severity = Severity::low;
    made.before = before_edit();
    made.after = file();
    made.changes = {{"sha256", std::string(64, '1'), std::string(64, 'b')}};
    made.evidence = {{"dpkg", "nginx 1.22.1-9+deb12u1 (amd64)", "4CB50190207B4758A3F73A796ED0E7B82643E131", "content, mode and owner are those of the package", false, "apt-20260131T120000Z-4242"},
                     {"dpkg", "nginx 1.22.1-9+deb12u1 (amd64)", "", "listed, in MD5", true, ""}};
    return with(made);
}

Event reverted() {
    auto made = finding(Action::reverted, "/etc/passwd");
    made.before = file();
    made.after = before_edit();
    made.changes = {{"mode", "0666", "0644"}};
    made.differs_from_baseline = false;
    made.severity = Severity::low;
    made.other_paths = {"/etc/passwd-", "/etc/\x80"};
    made.via = {"/etc/.passwd.swp"};
    return with(made);
}

Event touched_device() {
    auto made = finding(Action::touched, "/etc/null");
    made.severity = Severity::low;
    made.before = file();
    made.before->type = FileType::character_device;
    made.before->digest.clear();
    made.before->rdev = makedev(1, 3);
    made.before->project_id = 7;
    made.before->inode_flags = 16;
    made.after = made.before;
    made.after->ctime = at(-1);
    made.differs_from_baseline = false;
    return with(made);
}

Event unreadable() {
    auto made = finding(Action::unreadable, "/etc/\xc3\xa4\xff");
    made.unreadable = Unreadable{EACCES, "open", file()};
    made.unreadable->seen->digest.clear();
    made.before = file();
    return with(made);
}

Event sha3_log() {
    auto made = finding(Action::changed, "/var/log/audit.log");
    made.rule = rule(Profile::log);
    made.before = made.after = file();
    made.changes = {{"block.0", "aa", "bb"}};
    made.reason = "rotated, but its old content is not in any sibling";
    auto event = with(made);
    event.digest = DigestAlgorithm::sha3_256;
    return event;
}

Event measured() {
    auto made = finding(Action::changed, "/usr/bin/su");
    made.before = made.after = file();
    made.after->mode = 0755;
    made.before->inode_flags = made.after->inode_flags = 0x100000;
    made.before->verity = made.after->verity = "sha256:" + std::string(64, 'c');
    made.changes = {{"mode", "0644", "0755"}};
    made.measured = true;
    return with(made);
}

// A text whose watch says diff.
Event with_diff() {
    auto event = changed();
    finding_of(event).path = "/etc/accounts";
    TextDiff diff;
    diff.text = "--- /etc/accounts\n+++ /etc/accounts\n@@ -1,2 +1,3 @@\n root:x:0:0:root:/root:/bin/bash\n-# password: ********\n+# password: ********\n+eve:x:0:0::/:/bin/\x1b[1msh\n";
    diff.added = 2;
    diff.removed = 1;
    diff.omitted = 3;
    finding_of(event).diff = diff;
    return event;
}

Event without_diff() {
    auto event = changed();
    finding_of(event).path = "/etc/picture";
    finding_of(event).diff = TextDiff();
    finding_of(event).diff->why_not = "it is not text";
    return event;
}

Event gap(const Gap& made) {
    Event event;
    event.body = made;
    event.sequence = 18;
    event.at = event.reported = at(0);
    return event;
}

Sample notice(NoticeAction action) {
    Notice made;
    made.action = action;
    made.text = "This is " + std::string(name_of(action)) + ".";
    made.details = {{"count", "3"}, {"where", "/etc"}};
    if (action == NoticeAction::mount_changed) made.path = "/mnt/\xff";
    if (action == NoticeAction::sweep_finished) made.tags = {"pci-dss-11.5.2", "nist-si-7(1)"};
    if (action == NoticeAction::tamper) made.severity = Severity::critical;
    Event event;
    event.body = made;
    event.sequence = 20 + static_cast<std::uint64_t>(action);
    event.at = event.reported = at(0);
    return {"notice-" + std::string(name_of(action)), event};
}

}  // namespace

WallTime at(std::int64_t nanoseconds_after_noon) { return WallTime{Nanoseconds{1769860800000000000 + nanoseconds_after_noon}}; }

Host host() { return {"db1", "6f1c52d09b7e4a3f8d2e41c7a05b9e36", "b2d47e01f36c4895a7d10c5e8f29b364", "0.1.0"}; }

Finding& finding_of(Event& event) { return std::get<Finding>(event.body); }

Event with(Finding finding) {
    Event event;
    event.body = std::move(finding);
    event.sequence = 17;
    event.at = at(123456789);
    event.reported = at(124268789);
    event.names = {"root", "root", "root"};
    return event;
}

Event changed() {
    auto made = finding(Action::changed, "/etc/passwd");
    made.before = before_edit();
    made.after = file();
    made.changes = {{"size", "1800", "1821"}, {"sha256", std::string(64, '1'), std::string(64, 'b')}};
    return with(made);
}

std::vector<Sample> samples() {
    std::vector<Sample> all{
        {"changed", changed()},
        {"changed-log-sha3", sha3_log()},
        {"changed-measured", measured()},
        {"changed-diff", with_diff()},
        {"changed-diff-why-not", without_diff()},
        {"appeared-two-actors", appeared_by_two()},
        {"vanished-while-not-watching", vanished_unwatched()},
        {"vanished-transient", transient()},
        {"renamed-directory", renamed_directory()},
        {"reverted", reverted()},
        {"touched-device", touched_device()},
        {"unreadable", unreadable()},
        {"changed-authorized", authorized()},
        {"gap", gap({"/etc", "kernel queue overflow", 12, at(0)})},
        {"gap-everywhere", gap({"", "touch set full", 0, at(0)})},
    };
    for (int i = 0; i <= static_cast<int>(kLastNotice); ++i) all.push_back(notice(static_cast<NoticeAction>(i)));
    return all;
}

}  // namespace touchstone::test

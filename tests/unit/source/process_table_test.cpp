#include "touchstone/process_table.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <set>

#include "process_table_read.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime kNow{Nanoseconds{1'000'000'000'000}};

// A child that does `first`, says so, waits to be told, and then does `second`.
class Child {
public:
    explicit Child(const std::function<void()>& first = [] {}, const std::function<void()>& second = [] {}) {
        std::array<int, 2> up{}, down{};
        REQUIRE(::pipe2(up.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(down.data(), O_CLOEXEC) == 0);
        pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::close(down[1]);
            first();
            char c = 'x';
            if (::write(up[1], &c, 1) != 1 || ::read(down[0], &c, 1) != 1) ::_exit(1);
            second();
            ::_exit(0);
        }
        up_ = Fd(up[0]);
        down_ = Fd(down[1]);
        ::close(up[1]);
        ::close(down[0]);
        pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        REQUIRE(pidfd);
        char c = 0;
        REQUIRE(::read(up_.get(), &c, 1) == 1);
    }
    ~Child() {
        if (reaped_) return;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    // Lets it go on, until it has run exec or ended (its end of the pipe closes).
    void go_on() {
        char c = 'x';
        REQUIRE(::write(down_.get(), &c, 1) == 1);
        REQUIRE(::read(up_.get(), &c, 1) == 0);
    }
    void become_zombie() {
        go_on();
        siginfo_t info{};
        REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
    }
    void reap() {
        become_zombie();
        REQUIRE(::waitpid(pid, nullptr, 0) == pid);
        reaped_ = true;
    }
    pid_t pid = -1;
    Fd pidfd;

private:
    Fd up_, down_;
    bool reaped_ = false;
};

struct Table {
    ProcessTable table{100, "machine", "boot"};
    std::string why;
    ActorRef find(const Child& child, SteadyTime now = kNow) { return table.find(child.pid, child.pidfd.get(), now, &why); }
    ActorRef find_reaped(const Child& child, SteadyTime now = kNow) { return table.find(child.pid, -1, now, &why); }
};

std::string own_executable() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

}  // namespace

TEST_CASE("a process is known with its parents") {
    Table table;
    const Child child([] { ::prctl(PR_SET_NAME, "odd) S 1 (\n"); });
    const auto actor = table.find(child);
    REQUIRE(actor);
    const auto& process = actor->process;
    CHECK(process.pid == child.pid);
    CHECK(process.name == "odd) S 1 (\n");
    CHECK(process.executable == own_executable());
    REQUIRE_FALSE(process.args.empty());
    CHECK(process.uid == ::geteuid());
    CHECK(process.real_uid == ::getuid());
    CHECK(process.gid == ::getegid());
    CHECK(process.entity_id.size() == 32);
    // Within a day or so of the clock: the start is wall time.
    const auto started = std::chrono::duration_cast<std::chrono::seconds>(process.start.time_since_epoch()).count();
    CHECK(std::abs(started - ::time(nullptr)) < 100'000);
    REQUIRE_FALSE(actor->ancestors.empty());
    CHECK(actor->ancestors[0].pid == ::getpid());
    CHECK(actor->ancestors.size() <= Actor::kMaxAncestors);
    std::set<std::string> ids{process.entity_id};
    for (const auto& ancestor : actor->ancestors) CHECK(ids.insert(ancestor.entity_id).second);
}

TEST_CASE("an entity id is of one process of one boot of one machine") {
    const Child one, two;
    Table table;
    const auto id = table.find(one)->process.entity_id;
    CHECK(id != table.find(two)->process.entity_id);
    std::string why;
    CHECK(ProcessTable(100, "machine", "boot").find(one.pid, one.pidfd.get(), kNow, &why)->process.entity_id == id);
    CHECK(ProcessTable(100, "machine", "later").find(one.pid, one.pidfd.get(), kNow, &why)->process.entity_id != id);
    CHECK(ProcessTable(100, "another", "boot").find(one.pid, one.pidfd.get(), kNow, &why)->process.entity_id != id);
}

TEST_CASE("the same process gives the same value until it runs another program") {
    Table table;
    Child child([] {}, [] { ::execl("/bin/sleep", "sleep", "1000", nullptr); });
    const auto before = table.find(child);
    CHECK(table.find(child, kNow + 1h) == before);
    child.go_on();
    CHECK(table.find(child, kNow + 1h) == before);  // within one batch: not asked again
    const auto after = table.find(child, kNow + 1h + 2ms);
    REQUIRE(after != before);
    CHECK(after->process.name == "sleep");
    CHECK(after->process.args == std::vector<std::string>{"sleep", "1000"});
    CHECK(after->process.executable != before->process.executable);
    CHECK(after->process.entity_id == before->process.entity_id);
    CHECK(after->process.start == before->process.start);
    REQUIRE_FALSE(after->ancestors.empty());
    CHECK(after->ancestors[0].pid == ::getpid());
    CHECK(before->process.executable == own_executable());  // what was handed out stays
}

TEST_CASE("what changes without another program is seen too, a little later") {
    Table table;
    Child child([] {}, [] {
        ::prctl(PR_SET_NAME, "renamed");
        ::close_range(3, ~0u, 0);
        for (;;) ::pause();
    });
    const auto before = table.find(child);
    child.go_on();
    CHECK(table.find(child, kNow + 99ms) == before);
    CHECK(table.find(child, kNow + 100ms)->process.name == "renamed");
}

TEST_CASE("a zombie first met is what is certain of it") {
    Table table;
    Child child([] { ::prctl(PR_SET_NAME, "undead"); });
    child.become_zombie();
    const auto actor = table.find(child);
    REQUIRE(actor);
    CHECK(actor->process.name == "undead");
    CHECK(actor->process.pid == child.pid);
    CHECK(actor->process.uid == ::geteuid());
    CHECK(actor->process.executable.empty());
    CHECK(actor->process.args.empty());
    REQUIRE_FALSE(actor->ancestors.empty());
    CHECK(actor->ancestors[0].pid == ::getpid());
}

TEST_CASE("a process keeps its program when it has become a zombie") {
    Table table;
    Child child;
    const auto actor = table.find(child);
    child.become_zombie();
    CHECK(table.find(child, kNow + 1s) == actor);
}

TEST_CASE("a reaped process is remembered as long as its events go on") {
    Table table;
    Child child;
    const auto actor = table.find(child);
    child.reap();
    CHECK(table.find(child, kNow + 1s) == actor);          // the pidfd still says which process
    CHECK(table.find_reaped(child, kNow + 2s) == actor);
    CHECK(table.find_reaped(child, kNow + 4s) == actor);   // two seconds after the last
    CHECK(table.find_reaped(child, kNow + 6s + 1ns) == nullptr);
    CHECK(table.why == "process " + std::to_string(child.pid) + " had ended before its first event was read");
}

TEST_CASE("a reaped process never met is not guessed") {
    Table table;
    Child child;
    child.reap();
    CHECK(table.find_reaped(child) == nullptr);
    CHECK(table.why == "process " + std::to_string(child.pid) + " had ended before its first event was read");
    table.why.clear();
    CHECK(table.find(child) == nullptr);
    CHECK(table.why == "process " + std::to_string(child.pid) + " had ended before its first event was read");
    CHECK(table.table.find(0, -1, kNow, &table.why) == nullptr);
    CHECK(table.why == "the process is outside of this PID namespace");
    CHECK(table.table.find(child.pid, -1, kNow, nullptr) == nullptr);
}

TEST_CASE("an event without a pidfd is never given to a process that is alive") {
    Table table;
    const Child child;
    REQUIRE(table.find(child));
    CHECK(table.find_reaped(child) == nullptr);  // the kernel says that the doer was reaped: this one is another
    CHECK(table.why == "process " + std::to_string(child.pid) + " had ended, and another one has its number");
}

TEST_CASE("a pidfd of another process than the pid's is refused") {
    Table table;
    const Child one, two;
    CHECK(table.table.find(one.pid, two.pidfd.get(), kNow, &table.why) == nullptr);
    const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(table.table.find(one.pid, null.get(), kNow, &table.why) == nullptr);
}

TEST_CASE("the table is bounded, and forgets the longest unseen") {
    ProcessTable table(3, "machine", "boot");
    std::string why;
    Child first;
    REQUIRE(table.find(first.pid, first.pidfd.get(), kNow, &why));
    std::vector<std::unique_ptr<Child>> others;
    for (int i = 0; i < 6; ++i) {
        others.push_back(std::make_unique<Child>());
        REQUIRE(table.find(others.back()->pid, others.back()->pidfd.get(), kNow, &why));
        CHECK(table.size() <= 3);
    }
    first.reap();
    CHECK(table.find(first.pid, -1, kNow, &why) == nullptr);
    ProcessTable none(0, "machine", "boot");
    CHECK(none.find(others[0]->pid, others[0]->pidfd.get(), kNow, &why) != nullptr);
}

TEST_CASE("stat is parsed from its end: a name may hold anything") {
    const std::string rest = " S 7 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000\n";
    const auto stat = parse_process_stat("42 (a) R 1 (b)\n)" + rest);
    REQUIRE(stat);
    CHECK(stat->name == "a) R 1 (b)\n");
    CHECK(stat->state == 'S');
    CHECK(stat->parent == 7);
    CHECK(stat->start_ticks == 98765);
    CHECK_FALSE(stat->ended());
    CHECK(parse_process_stat("42 (z) Z" + rest.substr(2))->ended());
    for (const char* bad : {"", "42", "42 (", "42 )(", "42 (x)", "42 (x) S", "42 (x) S 7 1 1", "42 (x) SS 7 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9 1",
                            "42 (x) S -x 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9 1", "42 (x) S 7 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 99999999999999999999 1"})
        CHECK_FALSE(parse_process_stat(bad));
}

TEST_CASE("ids are taken from their lines") {
    Process process;
    REQUIRE(parse_process_ids("Name:\tUid:\nUmask:\t0022\nUid:\t1000\t0\t3\t4\nGid:\t5\t6\t7\t8\n", process));
    CHECK(process.real_uid == 1000);
    CHECK(process.uid == 0);
    CHECK(process.gid == 6);
    CHECK_FALSE(parse_process_ids("Uid:\t1\t2\t3\t4\n", process));
    CHECK_FALSE(parse_process_ids("Uid:\t1\nGid:\t1\t2\n", process));
    CHECK_FALSE(parse_process_ids("Uid:\t1\t-2\nGid:\t1\t2\n", process));
    CHECK_FALSE(parse_process_ids("", process));
}

TEST_CASE("arguments are bounded, and the cut is marked") {
    using Arguments = std::vector<std::string>;
    CHECK(split_arguments(std::string("a\0\0c d\0", 7), false) == Arguments{"a", "", "c d"});
    CHECK(split_arguments("", false).empty());
    CHECK(split_arguments("no end", false) == Arguments{"no end"});
    CHECK(split_arguments(std::string("a\0bb", 4), true) == Arguments{"a", "bb", "..."});
    std::string many;
    for (int i = 0; i < 64; ++i) many += std::string("x\0", 2);
    CHECK(split_arguments(many, false).size() == 64);
    CHECK(split_arguments(many, false).back() == "x");
    CHECK(split_arguments(many, true).size() == 64);
    CHECK(split_arguments(many, true).back() == "...");
    CHECK(split_arguments(many + "y", false).size() == 64);
    CHECK(split_arguments(many + "y", false).back() == "...");
}

TEST_CASE("the control group is the unified one, else systemd's") {
    CHECK(cgroup_path("0::/user.slice/x\n") == "/user.slice/x");
    CHECK(cgroup_path("12:cpu:/a\n1:name=systemd:/docker/abc\n0::/\n") == "/docker/abc");
    CHECK(cgroup_path("12:cpu:/a\n0::/\n") == "/");
    CHECK(cgroup_path("1:name=systemd:/b:c").ends_with("/b:c"));
    CHECK(cgroup_path("1:name=systemd:\n").empty());
    CHECK(cgroup_path("").empty());
}

TEST_CASE("a container is 64 hex digits, the innermost") {
    const std::string a(64, 'a'), b(64, '7');
    CHECK(container_id_in("/system.slice/docker-" + a + ".scope") == a);
    CHECK(container_id_in("/docker/" + a + "/docker/" + b) == b);
    CHECK(container_id_in("/docker/" + a + "/init.scope") == a);
    CHECK(container_id_in("/docker/" + a + "0").empty());
    CHECK(container_id_in("/docker/" + a.substr(1)).empty());
    CHECK(container_id_in(std::string(64, 'A')).empty());
    CHECK(container_id_in("").empty());
}

TEST_CASE("kernel threads have no program") {
    const ProcessDirectory directory(2);
    if (!directory) return;  // a PID namespace of its own has none
    ProcessStat stat;
    const auto process = directory.read(stat);
    if (!process || process->name != "kthreadd") return;
    CHECK(process->executable.empty());
    CHECK(process->args.empty());
    CHECK(stat.parent == 0);
}

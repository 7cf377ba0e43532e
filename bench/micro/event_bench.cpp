// Formatting of one finding.
#include <benchmark/benchmark.h>

#include "touchstone/event.hpp"

namespace {

using namespace touchstone;

WallTime at(int seconds) { return WallTime(std::chrono::seconds(1'700'000'000 + seconds)); }

Process process(std::int32_t pid, const std::string& name, const std::string& executable) {
    Process made;
    made.entity_id = std::string(32, '7');
    made.pid = pid;
    made.start = at(0);
    made.name = name;
    made.executable = executable;
    return made;
}

// A changed file, by an editor below a shell, as in the README.
Event changed() {
    Actor actor{process(4242, "vim", "/usr/bin/vim.basic"), {}};
    actor.process.args = {"vim", "/etc/ssh/sshd_config"};
    actor.process.login_uid = 1000;
    actor.ancestors = {process(4000, "bash", "/usr/bin/bash"), process(3999, "sudo", "/usr/bin/sudo"), process(1, "systemd", "")};
    Attributes before;
    before.mode = 0644;
    before.size = 3281;
    before.link_count = 1;
    before.digest = std::string(32, '\x11');
    before.id = {0xfe00, 4711};
    before.ctime = before.mtime = at(0);
    Attributes after = before;
    after.size = 3300;
    after.digest = std::string(32, '\x22');
    after.ctime = after.mtime = at(60);
    Finding finding;
    finding.severity = Severity::high;
    finding.path = "/etc/ssh/sshd_config";
    finding.before = before;
    finding.after = after;
    finding.changes = {{"size", "3281", "3300"}, {"sha256", std::string(64, '1'), std::string(64, '2')}};
    finding.rule = std::make_shared<const Rule>(Rule{"/etc", Profile::content, {}, Severity::high, {"pci-dss-11.5.2"}});
    finding.touch.path = finding.path;
    finding.touch.acts = bit(Act::closed);
    finding.touch.actors = {std::make_shared<const Actor>(std::move(actor))};
    finding.touch.first = finding.touch.last = at(60);
    Event event;
    event.body = std::move(finding);
    event.sequence = 17;
    event.at = event.reported = at(60);
    event.names = {"root", "root", "root"};
    return event;
}

const Host& host() {
    static const Host made{"host.example.org", std::string(32, 'a'), std::string(32, 'b'), "0.1.0"};
    return made;
}

void id_of_a_finding(benchmark::State& state) {
    const auto event = changed();
    for (auto _ : state) benchmark::DoNotOptimize(event_id(event, host()));
}
BENCHMARK(id_of_a_finding);

void json_line(benchmark::State& state) {
    const auto event = changed();
    const auto id = event_id(event, host());
    std::size_t bytes = 0;
    for (auto _ : state) bytes += to_json(event, id, host()).size();
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(json_line);

void journal_fields(benchmark::State& state) {
    const auto event = changed();
    const auto id = event_id(event, host());
    for (auto _ : state) benchmark::DoNotOptimize(to_journal_fields(event, id, host()));
}
BENCHMARK(journal_fields);

}  // namespace

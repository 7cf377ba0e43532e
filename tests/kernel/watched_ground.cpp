#include "watched_ground.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "touchstone/fd.hpp"

namespace touchstone::test {
namespace fs = std::filesystem;

void Recorder::touch(Touch touch) {
    const std::lock_guard lock(mutex_);
    touches_.push_back(std::move(touch));
}

void Recorder::gap(Gap gap) {
    const std::lock_guard lock(mutex_);
    gaps_.push_back(std::move(gap));
}

void Recorder::sweep(SweepRequest request) {
    const std::lock_guard lock(mutex_);
    sweeps_.push_back(std::move(request));
}

void Recorder::clear() {
    const std::lock_guard lock(mutex_);
    touches_.clear();
    gaps_.clear();
    sweeps_.clear();
}

std::vector<Touch> Recorder::touches() const {
    const std::lock_guard lock(mutex_);
    return touches_;
}

std::vector<Gap> Recorder::gaps() const {
    const std::lock_guard lock(mutex_);
    return gaps_;
}

std::vector<SweepRequest> Recorder::sweeps() const {
    const std::lock_guard lock(mutex_);
    return sweeps_;
}

bool Recorder::touched(const std::string& path, Act act) const {
    const auto all = touches();
    return std::any_of(all.begin(), all.end(), [&](const Touch& touch) { return touch.path == path && touch.act == act; });
}

bool Recorder::touched(const std::string& path) const {
    const auto all = touches();
    return std::any_of(all.begin(), all.end(), [&](const Touch& touch) { return touch.path == path || touch.other_path == path; });
}

bool Recorder::moved(const std::string& from, const std::string& to) const {
    const auto all = touches();
    return std::any_of(all.begin(), all.end(),
                       [&](const Touch& touch) { return touch.act == Act::moved && touch.path == from && touch.other_path == to; });
}

bool Recorder::swept(const std::string& scope) const {
    const auto all = sweeps();
    return std::any_of(all.begin(), all.end(), [&](const SweepRequest& request) { return request.scope == scope; });
}

std::string Recorder::text() const {
    static constexpr const char* kNames[] = {"created", "modified", "closed", "attributes", "deleted", "moved", "moved_in", "moved_out", "look", "changing"};
    std::string text;
    for (const auto& touch : touches()) {
        text += fmt::format("{} {}{} {}\n", kNames[static_cast<int>(touch.act)], touch.path, touch.directory ? "/" : "", touch.other_path);
    }
    for (const auto& request : sweeps()) text += fmt::format("sweep {} ({})\n", request.scope, request.reason);
    for (const auto& gap : gaps()) text += fmt::format("gap '{}' ({})\n", gap.scope, gap.reason);
    return text;
}

WatchedGround::WatchedGround(std::vector<std::string> watches, Setup setup) : watches_(std::move(watches)), processes_(1000, "machine", "boot") {
    std::vector<Rule> rules;
    for (const auto& path : watches_) {
        Rule rule;
        rule.path = path;
        rule.exclude = setup.exclude;
        rules.push_back(rule);
    }
    policy_ = std::make_shared<const Policy>(rules);
    FanotifyOptions options;
    options.marks = setup.marks;
    options.limited_queue = setup.limited_queue;
    options.own_paths = setup.own_paths;
    options.wall_now = [] { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()); };
    options.steady_now = [] { return SteadyTime(std::chrono::steady_clock::now().time_since_epoch()); };
    if (setup.names_of) options.names_of = [this](ObjectId id) { return names_of(id); };
    auto made = FanotifySource::make(std::move(options), policy_, processes_, recorder_);
    if (!made) FAIL(made.error().what);
    source_ = std::move(*made);
    const auto started = source_->start();
    if (!started) FAIL(started.error().what);
    if (!setup.learn) return;
    for (const auto& watch : watches_) learn(watch);
    source_->all_swept(source_->sweep_begins());
    listen();
    forget();
}

void WatchedGround::listen() {
    while (!source_->drain(4096)) {
    }
}

bool WatchedGround::take(const std::string& path, int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return false;
    if (S_ISDIR(status.st_mode)) return source_->learn_directory(path, fd);
    if (status.st_nlink > 1) source_->learn_link(path, fd);
    return false;
}

void WatchedGround::learn(const std::string& path) {
    const Fd top(::open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
    if (!top) return;
    take(path, top.get());
    if (!fs::is_directory(fs::symlink_status(path))) return;
    std::error_code error;  // it may be renamed at any moment
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) learn(entry->path().string());
}

std::vector<std::string> WatchedGround::names_of(ObjectId id) const {
    std::vector<std::string> found;
    for (const auto& watch : watches_) {
        std::error_code error;
        for (const auto& entry : fs::recursive_directory_iterator(watch, error)) {
            struct stat status {};
            if (::lstat(entry.path().c_str(), &status) == 0 && status.st_dev == id.device && status.st_ino == id.inode) found.push_back(entry.path());
        }
    }
    return found;
}

void need_root() {
    if (::geteuid() != 0) FAIL("needs root");
}

void make_directory(const std::string& path) { REQUIRE(::mkdir(path.c_str(), 0755) == 0); }

void write_file(const std::string& path, const std::string& text) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

void append_file(const std::string& path, const std::string& text) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

void rename_path(const std::string& from, const std::string& to) { REQUIRE(::rename(from.c_str(), to.c_str()) == 0); }
void remove_file(const std::string& path) { REQUIRE(::unlink(path.c_str()) == 0); }
void remove_directory(const std::string& path) { REQUIRE(::rmdir(path.c_str()) == 0); }
void link_file(const std::string& from, const std::string& to) { REQUIRE(::link(from.c_str(), to.c_str()) == 0); }

}  // namespace touchstone::test

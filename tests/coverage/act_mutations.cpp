// act-mutations --list: the table of mutations, a JSON object a line.
// act-mutations TYPE PACE_MS LINGER_MS: lays out every case on a file system of that type and says where, says "ready", acts one case after the other once
// it is told to (a line on the standard input), and clears up when that is closed. Each case has a process of its own from its preparation on, and
// another one for its act, which lives on for LINGER_MS.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "kernel/mutations/mutation.hpp"
#include "support/filesystem_fixture.hpp"

using namespace touchstone;
using namespace touchstone::test;
using Json = nlohmann::json;

namespace {

constexpr int kUnsupported = 77;

void sleep_ms(long ms) {
    const timespec time{ms / 1000, ms % 1000 * 1'000'000};
    ::nanosleep(&time, nullptr);
}

double now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void say(const Json& json) { std::cout << json.dump() << std::endl; }

Json as_json(const Mutation& mutation) {
    Json json{{"group", name_of(mutation.group)}, {"name", mutation.name}, {"changes", mutation.told != Told::nothing}, {"anybody", mutation.who == Who::anybody}, {"holes", Json::array()}};
    for (const auto& hole : mutation.holes) json["holes"].push_back({{"where", hole.where}, {"what", hole.what}, {"why", hole.why}});
    return json;
}

// The act, in a process of its own: its writer, and why there was none.
Json act(const Mutation& mutation, Scene& scene, long linger) {
    const pid_t child = ::fork();
    if (child == 0) {
        int status = 0;
        try {
            mutation.act(scene);
        } catch (const Unsupported&) {
            status = kUnsupported;
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s on %s: %s\n", mutation.name, scene.type.c_str(), error.what());
            status = 1;
        }
        sleep_ms(linger);
        ::_exit(status);
    }
    const double at = now();
    int status = 0;
    ::waitpid(child, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return {{"writer", *scene.writer != 0 ? *scene.writer : child}, {"at", at}, {"absent", code == kUnsupported}, {"failed", code != 0 && code != kUnsupported}};
}

// One case from its preparation to its clearing up; `control` says when.
void live(const Mutation& mutation, Scene scene, int control, long linger) {
    const auto answer = [&](const Json& json) {
        const auto text = json.dump();
        return ::send(control, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    };
    char byte = 0;
    lay_out(scene);
    bool prepared = true, failed = false;
    try {
        if (mutation.prepare) mutation.prepare(scene);
    } catch (const Unsupported&) {
        prepared = false;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s on %s, prepared: %s\n", mutation.name, scene.type.c_str(), error.what());
        failed = true;
    }
    answer({{"absent", !prepared}, {"failed", failed}});
    if (prepared && !failed && ::recv(control, &byte, 1, 0) == 1) answer(act(mutation, scene, linger));
    while (::recv(control, &byte, 1, 0) > 0) {}
    clear(scene);
}

class Case {
public:
    Case(const Mutation& mutation, const std::string& root, const std::string& type, std::size_t number, std::vector<Case>& before, long linger) {
        Scene scene;
        scene.home = root + "/" + std::to_string(number);
        scene.type = type;
        int ends[2];
        must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
        control_.reset(ends[0]);
        process_ = ::fork();
        if (process_ == 0) {
            before.clear();
            control_.reset();
            if (std::freopen("/dev/null", "r", stdin) == nullptr) ::_exit(1);
            live(mutation, std::move(scene), ends[1], linger);
            ::_exit(0);
        }
        ::close(ends[1]);
        about_ = as_json(mutation);
        about_.update({{"case", number}, {"type", type}, {"home", root + "/" + std::to_string(number)}});
        about_.update(answer());
        possible_ = !about_["absent"] && !about_["failed"];
    }
    Case(Case&& other) noexcept = default;
    Case& operator=(Case&& other) noexcept = default;

    const Json& about() const { return about_; }
    bool possible() const { return possible_; }
    Json act() {
        must(::send(control_.get(), "!", 1, 0) == 1, "send");
        auto result = answer();
        result["case"] = about_["case"];
        return result;
    }
    void end() {
        control_.reset();
        ::waitpid(process_, nullptr, 0);
    }

private:
    Json answer() {
        std::array<char, 4096> text{};
        const ssize_t size = ::recv(control_.get(), text.data(), text.size(), 0);
        if (size <= 0) return {{"absent", false}, {"failed", true}};
        return Json::parse(text.data(), text.data() + size);
    }

    Fd control_;
    pid_t process_ = -1;
    Json about_;
    bool possible_ = false;
};

int list() {
    for (const auto& mutation : mutations()) say(as_json(mutation));
    return 0;
}

int act_all(const std::string& type, long pace, long linger) {
    FileSystemFixture ground(type);
    const auto root = ground.path() + "/cases";
    ::chmod(std::filesystem::path(ground.path()).parent_path().c_str(), 0755);  // for the acts of other users
    std::filesystem::create_directory(root);
    std::vector<Case> cases;
    for (const auto& mutation : mutations()) {
        cases.emplace_back(mutation, root, type, cases.size(), cases, linger);
        say(cases.back().about());
    }
    say({{"ready", root}});
    std::string line;
    std::getline(std::cin, line);
    for (auto& each : cases) {
        if (!each.possible() || !std::cin) continue;
        say(each.act());
        sleep_ms(pace);
    }
    say({{"done", root}});
    while (std::getline(std::cin, line)) {}
    for (auto& each : cases) each.end();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string(argv[1]) == "--list") return list();
    if (argc != 4) {
        std::fprintf(stderr, "usage: act-mutations --list | TYPE PACE_MS LINGER_MS\n");
        return 64;
    }
    try {
        return act_all(argv[1], std::atol(argv[2]), std::atol(argv[3]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "act-mutations %s: %s\n", argv[1], error.what());
        return kUnsupported;
    }
}

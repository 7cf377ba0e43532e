// A real tree with a baseline and a state of its own, for one test.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "touchstone/baseline.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/state.hpp"
#include "touchstone/survey.hpp"

namespace touchstone {

class Tree {
public:
    Tree() {
        std::string pattern = std::filesystem::canonical(std::filesystem::temp_directory_path()) / "touchstone-XXXXXX";
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        root_ = pattern;
        std::filesystem::create_directories(path("w"));
    }
    ~Tree() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    std::string path(const std::string& below) const { return root_ + "/" + below; }
    std::string baseline() const { return path("b/baseline.db"); }
    std::string state() const { return path("state"); }

    void write(const std::string& below, const std::string& content) const {
        std::filesystem::create_directories(std::filesystem::path(path(below)).parent_path());
        std::ofstream out(path(below), std::ios::binary | std::ios::trunc);
        out << content;
        REQUIRE(out.flush().good());
    }
    void append(const std::string& below, const std::string& content) const {
        std::ofstream(path(below), std::ios::binary | std::ios::app) << content;
    }
    void rename(const std::string& from, const std::string& to) const { std::filesystem::rename(path(from), path(to)); }

    Policy watch(Profile profile = Profile::content, std::vector<std::string> exclude = {}) const {
        return Policy({Rule{path("w"), profile, std::move(exclude), Severity::high, {"tag"}}});
    }
    OpenExpected expected() const {
        return [this] { return Expected::open(baseline(), state()); };
    }

private:
    std::string root_;
};

// Later than any ctime in the tree by more than the racy window, and never twice the same.
inline WallTime unracy_now() {
    static std::atomic<std::int64_t> calls{0};
    const auto now = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    return now + std::chrono::seconds(10) + Nanoseconds(++calls);
}

inline SurveyOptions options_for_tests() {
    SurveyOptions options;
    options.pause = Nanoseconds(0);
    options.providers.dpkg.enabled = options.providers.rpm.enabled = options.providers.ostree.enabled = options.providers.selinux.enabled = false;  // the host's packages are not the test's
    options.wall_now = unracy_now;
    options.steady_now = [] { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now()); };
    return options;
}

using ByPath = std::map<std::string, Surveyed>;

// Everything that the survey gives, which must succeed.
inline ByPath survey_all(const Policy& policy, const SurveyOptions& options, const OpenExpected& expected = {}, SurveyResult* result = nullptr) {
    ByPath seen;
    SurveyProgress progress;
    auto surveyed = survey(policy, options, expected, progress, [&](Surveyed one) -> Status {
        const std::string path = one.now.path;
        seen.insert_or_assign(path, std::move(one));
        return {};
    });
    REQUIRE(surveyed);
    if (result) *result = *surveyed;
    return seen;
}

// The baseline of the tree as it is now.
inline void build_baseline(const Tree& tree, const Policy& policy) {
    BaselineInfo info;
    info.host = "test";
    auto writer = BaselineWriter::create(tree.baseline(), info);
    REQUIRE(writer);
    for (const auto& [path, one] : survey_all(policy, options_for_tests())) REQUIRE(writer->put(one.now));
    REQUIRE(writer->commit());
}

inline void put_into_state(const Tree& tree, const Observation& row) {
    auto state = State::open(tree.state());
    REQUIRE(state);
    REQUIRE(state->begin());
    REQUIRE(state->put(row));
    REQUIRE(state->commit());
}

}  // namespace touchstone

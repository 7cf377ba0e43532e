#include "intake.hpp"

#include "tree.hpp"

using namespace touchstone;
using namespace touchstone::cli;

namespace {

// A tree with a baseline of three files, and the session that speaks of it.
struct Scene {
    Tree tree;
    Session session;

    explicit Scene(Profile profile = Profile::content) {
        for (const char* name : {"w/a", "w/b", "w/d/c"}) tree.write(name, "before");
        session.policy = tree.watch(profile);
        session.loaded.config.watches = {*session.policy.rules().front()};
        session.loaded.config.baseline.path = tree.baseline();
        session.loaded.config.state.path = tree.state();
        build_baseline(tree, session.policy);
    }

    // As the watch would report it: what the object is now.
    void report(const std::string& name) {
        const auto seen = survey_all(session.policy, options_for_tests(), tree.expected());
        put_into_state(tree, seen.at(tree.path(name)).now);
    }

    Intake reported(const std::vector<std::string>& scopes = {""}) {
        Intake intake;
        auto expected = tree.expected()();
        REQUIRE(expected);
        REQUIRE(take_reported(session, **expected, scopes, intake));
        return intake;
    }

    Intake both(const std::vector<std::string>& scopes) {
        Intake intake = reported(scopes);
        auto expected = tree.expected()();
        REQUIRE(expected);
        SurveyProgress progress;
        REQUIRE(take_unreported(session, **expected, scopes, progress, intake));
        return intake;
    }
};

}  // namespace

TEST_CASE("what was reported and is still so is taken") {
    Scene scene;
    scene.tree.write("w/a", "after!");
    std::filesystem::remove(scene.tree.path("w/b"));
    scene.tree.write("w/new", "x");
    for (const char* name : {"w/a", "w/b", "w/new"}) scene.report(name);
    const auto intake = scene.reported();
    CHECK(intake.refused.empty());
    CHECK(intake.unreported.empty());
    REQUIRE(intake.taken.size() == 3);
    CHECK(intake.taken.at(scene.tree.path("w/a")).attributes()->size == 6);
    CHECK(intake.taken.at(scene.tree.path("w/b")).absent());
    CHECK(intake.taken.count(scene.tree.path("w/new")) == 1);
}

TEST_CASE("what changed again since it was reported is refused") {
    Scene scene;
    scene.tree.write("w/a", "after!");
    scene.report("w/a");
    scene.tree.write("w/a", "later!");
    const auto intake = scene.reported();
    CHECK(intake.taken.empty());
    REQUIRE(intake.refused.count(scene.tree.path("w/a")) == 1);
    CHECK(intake.refused.at(scene.tree.path("w/a")).find("changed again") != std::string::npos);
    // Naming the path must not launder it either.
    const auto named = scene.both({scene.tree.path("w/a")});
    CHECK(named.taken.empty());
    CHECK(named.refused.size() == 1);
}

TEST_CASE("only what lies in the scopes is taken") {
    Scene scene;
    scene.tree.write("w/a", "after!");
    scene.tree.write("w/d/c", "after!");
    scene.report("w/a");
    scene.report("w/d/c");
    const auto intake = scene.reported({scene.tree.path("w/d")});
    CHECK(intake.taken.size() == 1);
    CHECK(intake.taken.count(scene.tree.path("w/d/c")) == 1);
}

TEST_CASE("a named path that nobody reported is taken as it is now, and said so") {
    Scene scene;
    scene.tree.write("w/a", "after!");
    scene.tree.write("w/d/new", "x");
    const auto intake = scene.both({scene.tree.path("w/d"), scene.tree.path("w/a")});
    CHECK(intake.taken.size() == 2);
    CHECK(intake.unreported.size() == 2);
    CHECK(intake.taken.count(scene.tree.path("w/b")) == 0);
}

TEST_CASE("what does not differ is not taken") {
    Scene scene;
    const auto intake = scene.both({scene.tree.path("w")});
    CHECK(intake.taken.empty());
    CHECK(intake.refused.empty());
}

TEST_CASE("a log that has grown since it was reported still is what was reported") {
    Scene scene(Profile::log);
    scene.tree.write("w/a", "rewritten");
    scene.report("w/a");
    scene.tree.append("w/a", " and grown");
    const auto intake = scene.reported();
    REQUIRE(intake.taken.count(scene.tree.path("w/a")) == 1);
    CHECK(intake.taken.at(scene.tree.path("w/a")).attributes()->size == 19);
}

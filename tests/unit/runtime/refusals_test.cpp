#include "refusals.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

Refusal refusal(std::int64_t number) {
    return {1'000 + number, number, "stone 1.0 (/tmp/stone.deb): it is not signed", {{"package", "stone"}, {"refused", "it is not signed"}}};
}

// What a provider has, asked as Panel::refusals is.
struct Kept {
    std::vector<Refusal> all;
    std::vector<Refusal> after(std::int64_t id) const {
        std::vector<Refusal> left;
        for (const auto& each : all)
            if (each.id > id) left.push_back(each);
        return left;
    }
    Refusals::Ask ask() const {
        return [this](const std::string&, std::int64_t id) { return after(id); };
    }
};

}  // namespace

TEST_CASE("each refusal is told once, over restarts too") {
    Kept kept{{refusal(1)}};
    Refusals refusals;
    const auto notices = refusals.due(kept.ask());
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].action == NoticeAction::package_refused);
    CHECK(notices[0].text == "refused, and authorizes nothing: stone 1.0 (/tmp/stone.deb): it is not signed");
    CHECK(notices[0].details.at("package") == "stone");
    CHECK(notices[0].details.at("refused") == "it is not signed");
    CHECK(refusals.due(kept.ask()).empty());
    Refusals next;
    next.restore(refusals.saved());
    CHECK(next.due(kept.ask()).empty());
    kept.all.push_back(refusal(2));
    CHECK(next.due(kept.ask()).size() == 1);
}

TEST_CASE("what was not kept is counted") {
    Kept kept{{refusal(1)}};
    Refusals refusals;
    refusals.due(kept.ask());
    kept.all = {refusal(5)};
    const auto notices = refusals.due(kept.ask());
    REQUIRE(notices.size() == 2);
    CHECK(notices[0].details.at("lost") == "3");
}

TEST_CASE("of a source that was begun anew nothing is taken for lost") {
    Kept kept{{refusal(7)}};
    Refusals refusals;
    CHECK(refusals.due(kept.ask()).size() == 1);
    kept.all = {{2'000, 1, "stone", {}}};
    CHECK(refusals.due(kept.ask()).size() == 1);
}

TEST_CASE("a text that is none is taken for nothing") {
    Refusals refusals;
    for (const char* text : {"", "x", "1", "x 2", "1 x"}) refusals.restore(text);
    CHECK(refusals.saved() == "0 0");
}

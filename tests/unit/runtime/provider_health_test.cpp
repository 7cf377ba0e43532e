#include "provider_health.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

TEST_CASE("what several threads find is said once") {
    ProviderHealth health;
    const Error broken{"open rpmdb.sqlite: malformed", ErrorKind::corrupt, 0};
    const auto on_another_thread = [&](const Error* error) {
        std::optional<Notice> notice;
        std::thread([&] { notice = health.heard("rpm", error); }).join();
        return notice;
    };
    const auto first = health.heard("rpm", &broken);
    REQUIRE(first);
    CHECK(first->action == NoticeAction::provider_failed);
    CHECK(first->details.at("error") == broken.what);
    CHECK(health.failing().at("rpm") == broken.what);
    const auto well = health.heard("rpm", nullptr);
    REQUIRE(well);
    CHECK(well->action == NoticeAction::provider_recovered);
    CHECK(health.failing().empty());
    CHECK_FALSE(health.heard("rpm", nullptr));

    // Two find it; the last to see it well says so.
    std::thread keeper([&] {
        CHECK(health.heard("rpm", &broken));
        CHECK_FALSE(on_another_thread(nullptr));
        CHECK(health.heard("rpm", nullptr));
    });
    keeper.join();
}

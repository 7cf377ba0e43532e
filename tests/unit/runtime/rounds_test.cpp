#include "rounds.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace std::chrono_literals;

namespace {

WallTime at(int hour) { return WallTime(std::chrono::hours(hour)); }

// One that verified 10 objects every hour from `begun` on.
void verify(Rounds& rounds, int begun, int hours) {
    rounds.begin(at(begun));
    for (int i = 1; i <= hours; ++i) {
        rounds.now().objects += 10;
        rounds.now().mark(at(begun + i));
    }
}

}  // namespace

TEST_CASE("nothing is known of the oldest verification before a round is over") {
    Rounds rounds;
    CHECK(rounds.oldest() == WallTime{});
    verify(rounds, 100, 3);
    CHECK(rounds.oldest() == WallTime{});
    CHECK(rounds.share_since(at(100), 40) == Approx(0.75));
    CHECK(rounds.share_since(at(102), 40) == Approx(0.25));
    CHECK(rounds.share_since(at(103), 40) == 0);
}

TEST_CASE("what this round has not reached was verified by the last") {
    Rounds rounds;
    verify(rounds, 100, 4);
    rounds.end(at(104));
    CHECK(rounds.oldest() == at(100));
    CHECK(rounds.share_since(at(100), 40) == 1);
    CHECK(rounds.now().begun == WallTime{});
    verify(rounds, 110, 2);
    CHECK(rounds.oldest() == at(102));
    CHECK(rounds.share_since(at(102), 40) == 1);
    CHECK(rounds.share_since(at(110), 40) == Approx(0.5));
    CHECK(rounds.share_since(at(105), 40) == Approx(0.5));
    rounds.now().objects = 45;  // some have come
    CHECK(rounds.oldest() == at(110));
    CHECK(rounds.share_since(at(110), 40) == 1);
}

TEST_CASE("marks stay few and in order however long a round is") {
    Rounds rounds;
    verify(rounds, 0, 10'000);
    const auto& marks = rounds.now().marks;
    REQUIRE(marks.size() <= Round::kMarks);
    CHECK(marks.size() > Round::kMarks / 4);
    CHECK(marks.back().objects == 100'000);
    CHECK(std::is_sorted(marks.begin(), marks.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
    // Half of it, give or take what lies between two marks.
    CHECK(rounds.now().verified_since(at(5000), 0) <= 50'000);
    CHECK(rounds.now().verified_since(at(5000), 0) > 40'000);
    CHECK(rounds.now().verified_at(50'000) <= at(5000));
}

TEST_CASE("a round goes on after a restart, and what cannot be read begins anew") {
    Rounds rounds;
    verify(rounds, 100, 4);
    rounds.now().differences = 3;
    rounds.now().bytes = 5;
    rounds.end(at(104));
    verify(rounds, 110, 2);
    rounds.after = std::string("/a\n\xff");
    const auto read = Rounds::from_text(rounds.to_text());
    CHECK(read.after == rounds.after);
    CHECK(read.now().objects == 20);
    CHECK(read.last()->differences == 3);
    CHECK(read.last()->bytes == 5);
    CHECK(read.last()->ended == at(104));
    CHECK(read.oldest() == rounds.oldest());
    CHECK(read.to_text() == rounds.to_text());
    for (const auto* damaged : {"", "{", "[]", "{\"after\":\"x\",\"now\":{}}", "{\"now\":{\"begun\":\"x\"}}"}) {
        const auto anew = Rounds::from_text(damaged);
        CHECK(anew.now().begun == WallTime{});
        CHECK_FALSE(anew.last());
        CHECK(anew.after.empty());
    }
}

TEST_CASE("what a round could not verify is remembered, and an older state lacks it") {
    Rounds rounds;
    verify(rounds, 100, 1);
    rounds.now().unreadable = 1;
    rounds.now().changing = 2;
    rounds.now().logs = 3;
    const auto again = Rounds::from_text(rounds.to_text());
    CHECK(again.now().unreadable == 1);
    CHECK(again.now().changing == 2);
    CHECK(again.now().logs == 3);
    const auto older = Rounds::from_text(R"({"after":"","now":{"begun":1,"ended":0,"objects":4,"bytes":5,"differences":6,"marks":[]}})");
    CHECK(older.now().objects == 4);
    CHECK(older.now().unreadable == 0);
}

TEST_CASE("a round that has begun is not begun again") {
    Rounds rounds;
    rounds.begin(at(1));
    rounds.after = "/a";
    rounds.begin(at(2));
    CHECK(rounds.now().begun == at(1));
    CHECK(rounds.after == "/a");
    rounds.give_up();
    CHECK(rounds.after.empty());
    rounds.begin(at(2));
    CHECK(rounds.now().begun == at(2));
}

TEST_CASE("what was measured is kept too, and missing in what an older version kept") {
    Rounds rounds;
    verify(rounds, 100, 1);
    rounds.now().measured = 3;
    rounds.now().measured_bytes = 4096;
    const auto text = rounds.to_text();
    const auto again = Rounds::from_text(text);
    CHECK(again.now().measured == 3);
    CHECK(again.now().measured_bytes == 4096);
    const std::string with = R"("measured":3,"measured_bytes":4096,)";
    const auto at = text.find(with);
    REQUIRE(at != std::string::npos);
    const auto older = Rounds::from_text(std::string(text).erase(at, with.size()));
    CHECK(older.now().objects == 10);
    CHECK(older.now().measured == 0);
}

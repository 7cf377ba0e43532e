#include "transactions.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNoon{12h};

Finding of(const std::string& transaction, Verdict verdict = Verdict::authorized) {
    Finding finding;
    finding.verdict = verdict;
    finding.evidence = {{"dpkg", "nginx 1", "", "", false, transaction}};
    finding.touch.acts = bit(Act::closed);
    finding.touch.first = kNoon;
    return finding;
}

Transaction known(std::optional<WallTime> ended) { return {"t1", "dpkg", "upgrade of 1 package", kNoon, ended, {"nginx 1 -> 2"}}; }

}  // namespace

TEST_CASE("a transaction is summed up once it is over and quiet") {
    Transactions transactions;
    std::optional<WallTime> ended;
    const auto ask = [&](const std::string&, const std::string&) { return std::optional(known(ended)); };
    transactions.add(of("t1"), kNoon);
    transactions.add(of("t1", Verdict::expected), kNoon + 1s);
    CHECK(transactions.changed());
    CHECK(transactions.due(ask, true, kNoon + 10s).empty());  // still going on
    ended = kNoon + 10s;
    CHECK(transactions.due(ask, true, kNoon + 11s).empty());
    const auto due = transactions.due(ask, true, kNoon + 20s);
    REQUIRE(due.size() == 1);
    CHECK(due.front().text == "upgrade of 1 package: 1 authorized, 1 expected (2 changed)");
    CHECK(due.front().details.at("findings_authorized") == "1");
    CHECK(due.front().details.at("items") == "nginx 1 -> 2");
    CHECK(transactions.due(ask, true, kNoon + 30s).empty());
}

TEST_CASE("what waits to be looked at is waited for, but not for ever") {
    Transactions transactions;
    const auto ask = [](auto&, auto&) { return std::optional(known(kNoon)); };
    transactions.add(of("t1"), kNoon);
    CHECK(transactions.due(ask, false, kNoon + 10s).empty());
    CHECK(transactions.due(ask, false, kNoon + 61s).size() == 1);
}

TEST_CASE("no transaction is summed up twice, also after a restart") {
    Transactions before, after;
    const auto ask = [](auto&, auto&) { return std::optional(known(kNoon)); };
    before.add(of("t1"), kNoon);
    CHECK(before.due(ask, true, kNoon + 10s).size() == 1);
    before.add(of("t1"), kNoon + 11s);  // its look took long
    CHECK(before.due(ask, true, kNoon + 20s).empty());
    after.restore(before.saved());
    after.add(of("t1"), kNoon + 21s);
    CHECK(after.due(ask, true, kNoon + 30s).empty());
}

TEST_CASE("what happens to a file after the run that brought it is no run, unless nobody knows when it happened") {
    const auto ask = [](auto&, auto&) { return std::optional(known(kNoon)); };
    const auto later = kNoon + 24h * 7;
    auto touched = of("t1");
    touched.touch.first = later;
    Transactions told, swept;
    told.add(touched, later);
    CHECK(told.due(ask, true, later + 10s).empty());
    CHECK(told.due(ask, true, later + 7h).empty());
    touched.touch.acts = bit(Act::look);
    swept.add(touched, later);
    CHECK(swept.due(ask, true, later + 10s).size() == 1);
}

TEST_CASE("an unexpected finding belongs to no transaction, whatever it says of one") {
    Transactions transactions;
    transactions.add(of("t1", Verdict::unexpected), kNoon);
    transactions.add(of(""), kNoon);
    CHECK_FALSE(transactions.changed());
    CHECK(transactions.due([](auto&, auto&) { return std::nullopt; }, true, kNoon + 24h).empty());
}

TEST_CASE("a finding whose verdict was amended counts once, with the last one") {
    Transactions transactions;
    const auto ask = [](auto&, auto&) { return std::optional(known(kNoon)); };
    transactions.add(of("t1", Verdict::expected), kNoon);
    transactions.add(of("t1", Verdict::expected), kNoon);
    transactions.add(of("t1"), kNoon);
    transactions.take_back(of("t1", Verdict::expected));
    transactions.take_back(of("", Verdict::expected));
    transactions.take_back(of("t2", Verdict::expected));
    auto due = transactions.due(ask, true, kNoon + 10s);
    REQUIRE(due.size() == 1);
    CHECK(due.front().text == "upgrade of 1 package: 1 authorized, 1 expected (2 changed)");
    transactions.add(of("t2", Verdict::expected), kNoon);
    transactions.take_back(of("t2", Verdict::expected));
    CHECK(transactions.due(ask, true, kNoon + 10s).empty());
}

TEST_CASE("they outlive a restart, and nonsense in their place") {
    Transactions before, after;
    before.add(of("t1"), kNoon);
    after.restore(before.saved());
    after.add(of("t1"), kNoon + 1s);
    const auto due = after.due([](auto&, auto&) { return std::optional(known(kNoon)); }, true, kNoon + 1h);
    REQUIRE(due.size() == 1);
    CHECK(due.front().details.at("findings_changed") == "2");
    for (const char* nonsense : {"", "[", "{\"t\":1}", "{\"t\":{\"provider\":3}}", "[1,2]"}) {
        Transactions other;
        other.restore(nonsense);
        CHECK(other.saved() == Transactions().saved());
    }
}

TEST_CASE("too many, and those whose end nobody tells, are summed up all the same") {
    Transactions transactions;
    for (std::size_t i = 0; i <= Transactions::kMost; ++i) transactions.add(of("t" + std::to_string(i)), kNoon);
    const auto nobody = [](auto&, auto&) { return std::optional<Transaction>(); };
    CHECK(transactions.due(nobody, true, kNoon).size() == 1);
    CHECK(transactions.due(nobody, true, kNoon + 7h).size() == Transactions::kMost);
}

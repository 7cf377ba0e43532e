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
    CHECK(transactions.due(ask, kNoon + 10s).empty());  // still going on
    ended = kNoon + 10s;
    CHECK(transactions.due(ask, kNoon + 11s).empty());
    const auto due = transactions.due(ask, kNoon + 20s);
    REQUIRE(due.size() == 1);
    CHECK(due.front().text == "upgrade of 1 package: 1 authorized, 1 expected (2 changed)");
    CHECK(due.front().details.at("findings_authorized") == "1");
    CHECK(due.front().details.at("items") == "nginx 1 -> 2");
    CHECK(transactions.due(ask, kNoon + 30s).empty());
}

TEST_CASE("an unexpected finding belongs to no transaction, whatever it says of one") {
    Transactions transactions;
    transactions.add(of("t1", Verdict::unexpected), kNoon);
    transactions.add(of(""), kNoon);
    CHECK_FALSE(transactions.changed());
    CHECK(transactions.due([](auto&, auto&) { return std::nullopt; }, kNoon + 24h).empty());
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
    auto due = transactions.due(ask, kNoon + 10s);
    REQUIRE(due.size() == 1);
    CHECK(due.front().text == "upgrade of 1 package: 1 authorized, 1 expected (2 changed)");
    transactions.add(of("t1", Verdict::expected), kNoon);
    transactions.take_back(of("t1", Verdict::expected));
    CHECK(transactions.due(ask, kNoon + 10s).empty());
}

TEST_CASE("they outlive a restart, and nonsense in their place") {
    Transactions before, after;
    before.add(of("t1"), kNoon);
    after.restore(before.saved());
    after.add(of("t1"), kNoon + 1s);
    const auto due = after.due([](auto&, auto&) { return std::optional(known(kNoon)); }, kNoon + 1h);
    REQUIRE(due.size() == 1);
    CHECK(due.front().details.at("findings_changed") == "2");
    for (const char* nonsense : {"", "[", "{\"t\":1}", "{\"t\":{\"provider\":3}}", "[1,2]"}) {
        Transactions other;
        other.restore(nonsense);
        CHECK(other.saved() == "{}");
    }
}

TEST_CASE("too many, and those whose end nobody tells, are summed up all the same") {
    Transactions transactions;
    for (std::size_t i = 0; i <= Transactions::kMost; ++i) transactions.add(of("t" + std::to_string(i)), kNoon);
    const auto nobody = [](auto&, auto&) { return std::optional<Transaction>(); };
    CHECK(transactions.due(nobody, kNoon).size() == 1);
    CHECK(transactions.due(nobody, kNoon + 7h).size() == Transactions::kMost);
}

#include "work_queue.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

using namespace touchstone;

namespace {

Work numbered(std::uint64_t token) { return Looked{token, {}, {}, {}, false}; }
std::uint64_t number_of(const Work& work) { return std::get<Looked>(work).token; }

const SteadyTime kNow{};
const SteadyTime kNever = SteadyTime::max();

std::vector<std::uint64_t> drained(WorkQueue& queue) {
    std::vector<std::uint64_t> numbers;
    for (auto batch = queue.pop(7, kNow); !batch.empty(); batch = queue.pop(7, kNow))
        for (const auto& work : batch) numbers.push_back(number_of(work));
    return numbers;
}

}  // namespace

TEST_CASE("work comes out in the order in which it went in, in batches no larger than asked") {
    WorkQueue queue(100);
    for (std::uint64_t i = 1; i <= 20; ++i) REQUIRE(queue.push(numbered(i)));
    CHECK(queue.size() == 20);
    CHECK(queue.pop(7, kNow).size() == 7);
    const auto rest = drained(queue);
    REQUIRE(rest.size() == 13);
    CHECK(rest.front() == 8);
    CHECK(std::is_sorted(rest.begin(), rest.end()));
}

TEST_CASE("an empty queue gives nothing when the deadline has passed") {
    WorkQueue queue(1);
    CHECK(queue.pop(1, kNow).empty());
}

TEST_CASE("a full queue makes whoever pushes wait, and loses nothing") {
    constexpr std::size_t kLimit = 4;
    constexpr std::uint64_t kEach = 2'000;
    WorkQueue queue(kLimit);
    std::vector<std::thread> pushers;
    for (int i = 0; i < 3; ++i)
        pushers.emplace_back([&] {
            for (std::uint64_t n = 1; n <= kEach; ++n) queue.push(numbered(n));
        });
    std::uint64_t sum = 0;
    bool bounded = true;
    for (std::uint64_t taken = 0; taken < 3 * kEach;) {
        bounded &= queue.size() <= kLimit;
        for (const auto& work : queue.pop(3, kNever)) {
            sum += number_of(work);
            ++taken;
        }
    }
    for (auto& pusher : pushers) pusher.join();
    CHECK(bounded);
    CHECK(sum == 3 * kEach * (kEach + 1) / 2);
    CHECK(queue.size() == 0);
}

TEST_CASE("what must not wait has a reserve, and is counted when even that is full") {
    WorkQueue queue(2);
    REQUIRE(queue.push(numbered(1)));
    REQUIRE(queue.push(numbered(2)));
    std::size_t taken = 0;
    while (queue.push_now(numbered(3))) ++taken;
    CHECK(taken == 1'024);
    CHECK_FALSE(queue.push_now(numbered(4)));
    CHECK(queue.take_refused() == 2);
    CHECK(queue.take_refused() == 0);
    CHECK(drained(queue).size() == 2 + taken);
}

TEST_CASE("closing wakes whoever waits; what is inside still comes out, and nothing more goes in") {
    WorkQueue queue(1);
    REQUIRE(queue.push(numbered(1)));
    std::atomic<bool> refused{false};
    std::thread pusher([&] { refused = !queue.push(numbered(2)); });  // waits for room, or comes too late: refused either way
    queue.close();
    pusher.join();
    CHECK(refused);
    CHECK(queue.closed());
    CHECK_FALSE(queue.push(numbered(3)));
    CHECK_FALSE(queue.push_now(numbered(4)));
    CHECK(drained(queue) == std::vector<std::uint64_t>{1});
    CHECK(queue.pop(1, kNever).empty());
}

TEST_CASE("closing wakes a consumer that waits for ever") {
    WorkQueue queue(1);
    std::thread consumer([&] { queue.pop(1, kNever); });
    queue.close();
    consumer.join();
    CHECK(queue.closed());
}

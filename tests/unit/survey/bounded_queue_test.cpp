#include "bounded_queue.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

using namespace touchstone;

TEST_CASE("a bounded queue never holds more than its limit, and loses nothing") {
    BoundedQueue<int> queue(3);
    std::thread producer([&] {
        for (int i = 0; i < 1000; ++i) queue.push(i);
        queue.close();
    });
    std::vector<int> taken;
    for (std::vector<int> items; queue.pop(items, 2);) taken.insert(taken.end(), items.begin(), items.end());
    producer.join();
    REQUIRE(taken.size() == 1000);
    CHECK(taken.front() == 0);
    CHECK(taken.back() == 999);
    CHECK(queue.peak() <= 3);
}

TEST_CASE("what was in a queue when it was closed is still handed out, and nothing gets in") {
    BoundedQueue<int> queue(2);
    CHECK(queue.push(1));
    queue.close();
    CHECK_FALSE(queue.push(2));
    std::vector<int> items;
    CHECK(queue.pop(items, 9));
    CHECK(items == std::vector<int>{1});
    CHECK_FALSE(queue.pop(items, 9));
    CHECK(items.empty());
}

TEST_CASE("closing wakes a thread that waits for room") {
    BoundedQueue<int> queue(1);
    REQUIRE(queue.push(1));
    std::atomic<bool> refused{false};
    std::thread waiting([&] { refused = !queue.push(2); });
    queue.close();
    waiting.join();
    CHECK(refused);
}

TEST_CASE("several takers get every item once") {
    BoundedQueue<int> queue(8);
    std::atomic<int> sum{0};
    std::vector<std::thread> takers;
    for (int i = 0; i < 4; ++i)
        takers.emplace_back([&] {
            for (std::vector<int> items; queue.pop(items, 3);) sum += std::accumulate(items.begin(), items.end(), 0);
        });
    for (int i = 1; i <= 500; ++i) queue.push(i);
    queue.close();
    for (auto& taker : takers) taker.join();
    CHECK(sum == 500 * 501 / 2);
}

TEST_CASE("several at a time: no more than an eighth of what waits, and more than fit go in as there is room") {
    BoundedQueue<int> queue(64);
    for (int i = 0; i < 64; ++i) queue.push(i);
    std::vector<int> items;
    REQUIRE(queue.pop(items, 100));
    CHECK(items == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    REQUIRE(queue.pop(items, 2));
    CHECK(items == std::vector<int>{8, 9});

    std::vector<int> many(200, 1);
    bool open = false;
    std::thread producer([&] { open = queue.push_all(many); });
    int taken = 0;
    while (taken < 54 + 200 && queue.pop(items, 100)) taken += static_cast<int>(items.size());
    producer.join();
    CHECK(open);
    CHECK(many.empty());
    CHECK(queue.peak() == 64);
    queue.close();
    many = {1};
    CHECK_FALSE(queue.push_all(many));
}

#include "bounded_queue.hpp"

#include <catch2/catch.hpp>

#include <atomic>
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
    for (int item = 0; queue.pop(item);) taken.push_back(item);
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
    int item = 0;
    CHECK(queue.pop(item));
    CHECK(item == 1);
    CHECK_FALSE(queue.pop(item));
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
            for (int item = 0; queue.pop(item);) sum += item;
        });
    for (int i = 1; i <= 500; ++i) queue.push(i);
    queue.close();
    for (auto& taker : takers) taker.join();
    CHECK(sum == 500 * 501 / 2);
}

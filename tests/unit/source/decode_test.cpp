#include "decode.hpp"

#include <linux/fanotify.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "event_bytes.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

std::string whole_event() {
    return event(FAN_RENAME, 42,
                 name_record(kOldNameRecord, 7, "olddir..", "before") + name_record(kNewNameRecord, 7, "newdir..", "after") +
                     object_record(7, "object..") + pidfd_record(5));
}

FanotifyEvent only(const std::string& bytes) {
    std::string_view rest = bytes;
    auto decoded = decode_fanotify(rest);
    REQUIRE(decoded);
    return *decoded;
}

}  // namespace

TEST_CASE("an event of a name says where, what and who") {
    const std::string bytes = event(FAN_CREATE | FAN_ONDIR, 42, name_record(kNameRecord, 9, "dir.....", "child") + object_record(9, "object.....") + pidfd_record(6));
    const auto event = only(bytes);
    CHECK(event.malformed == nullptr);
    CHECK(event.mask == (FAN_CREATE | FAN_ONDIR));
    CHECK(event.pid == 42);
    CHECK(event.pidfd == 6);
    REQUIRE(event.at);
    CHECK(event.at->directory.fsid == 9);
    CHECK(event.at->directory.handle.bytes == "dir.....");
    CHECK(event.at->name == "child");
    REQUIRE(event.object);
    CHECK(event.object->handle.type == 1);
    CHECK(event.object->handle.bytes == "object.....");
    CHECK_FALSE(event.from);
}

TEST_CASE("a rename carries both ends") {
    const std::string bytes = whole_event();
    const auto event = only(bytes);
    CHECK(event.malformed == nullptr);
    REQUIRE(event.from);
    REQUIRE(event.to);
    CHECK(event.from->name == "before");
    CHECK(event.to->name == "after");
    CHECK(event.to->directory.handle.bytes == "newdir..");
    CHECK_FALSE(event.at);
}

TEST_CASE("a buffer is taken apart event by event, and unknown records are passed over") {
    const std::string bytes = event(FAN_MODIFY, 1, record(99, "whatever") + object_record(1, "a")) + event(FAN_Q_OVERFLOW, 0, "") + whole_event();
    std::string_view rest = bytes;
    CHECK(decode_fanotify(rest)->object->handle.bytes == "a");
    CHECK(decode_fanotify(rest)->mask == FAN_Q_OVERFLOW);
    CHECK(decode_fanotify(rest)->pid == 42);
    CHECK(rest.empty());
    CHECK_FALSE(decode_fanotify(rest));
}

TEST_CASE("cut anywhere, an event is malformed and takes all that is left") {
    const std::string bytes = whole_event();
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        const std::string cut = bytes.substr(0, length);  // its own allocation, so that a sanitizer sees a read past its end
        std::string_view rest = cut;
        const auto event = decode_fanotify(rest);
        REQUIRE(event);
        CHECK(event->malformed != nullptr);
        CHECK(rest.empty());
    }
}

TEST_CASE("the event's own length is cut at every byte: what remains is malformed unless it ends between records") {
    const std::string records = name_record(kNameRecord, 7, "olddir..", "before") + object_record(7, "object..");
    const std::size_t boundary = name_record(kNameRecord, 7, "olddir..", "before").size();
    for (std::size_t length = 0; length <= records.size(); ++length) {
        const auto event = only(test::event(FAN_CREATE, 1, records.substr(0, length)));
        const bool whole = length == 0 || length == boundary || length == records.size();
        INFO(length);
        CHECK((event.malformed == nullptr) == whole);
    }
}

TEST_CASE("lengths that cannot be believed are refused") {
    std::string huge_handle = raw(std::uint64_t{1}) + raw(std::uint32_t{0xffffffff}) + raw(std::int32_t{1}) + "x";
    CHECK(only(event(FAN_MODIFY, 1, record(1, huge_handle))).malformed != nullptr);
    std::string longer = raw(std::uint64_t{1}) + raw(std::uint32_t{2}) + raw(std::int32_t{1}) + "x";
    CHECK(only(event(FAN_MODIFY, 1, record(1, longer))).malformed != nullptr);
    CHECK(only(event(FAN_MODIFY, 1, record(1, object_body(1, 1, std::string(129, 'h'))))).malformed != nullptr);
    CHECK(only(event(FAN_MODIFY, 1, record(1, object_body(1, 1, std::string(128, 'h'))))).malformed == nullptr);

    std::string zero_length = record(99, "");
    zero_length[2] = zero_length[3] = '\0';  // would never end
    CHECK(only(event(FAN_MODIFY, 1, zero_length)).malformed != nullptr);

    std::string short_event = whole_event();
    short_event[0] = 23;
    short_event[1] = 0;
    CHECK(only(short_event).malformed != nullptr);

    std::string other_version = whole_event();
    other_version[4] = 4;
    CHECK(only(other_version).malformed != nullptr);

    std::string long_header = whole_event();
    long_header[6] = '\xff';
    long_header[7] = '\xff';
    CHECK(only(long_header).malformed != nullptr);
}

TEST_CASE("names that are no single component are refused") {
    for (const std::string& name : {std::string(""), std::string(".."), std::string("a/b"), std::string("/"), std::string(256, 'n')}) {
        INFO(name);
        CHECK(only(event(FAN_CREATE, 1, name_record(kNameRecord, 1, "dir.....", name))).malformed != nullptr);
    }
    CHECK(only(event(FAN_ATTRIB, 1, name_record(kNameRecord, 1, "dir.....", "."))).malformed == nullptr);
    CHECK(only(event(FAN_CREATE, 1, name_record(kNameRecord, 1, "dir.....", std::string(255, 'n')))).malformed == nullptr);
    const std::string unterminated = object_body(1, 1, "dir.....") + "name";
    CHECK(only(event(FAN_CREATE, 1, record(kNameRecord, unterminated))).malformed != nullptr);
}

TEST_CASE("a process descriptor is found also behind a bad record, so that it can be closed") {
    const auto event = only(test::event(FAN_CREATE, 1, name_record(kNameRecord, 1, "dir.....", "..") + pidfd_record(8)));
    CHECK(event.malformed != nullptr);
    CHECK(event.pidfd == 8);
}

TEST_CASE("the corpus of the fuzzer is taken apart without harm") {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TOUCHSTONE_SOURCE_DIR "/tests/fuzz/corpus/fanotify")) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        std::string_view rest = bytes;
        while (const auto event = decode_fanotify(rest)) CHECK(rest.size() < bytes.size());
        CHECK(rest.empty());
        ++files;
    }
    CHECK(files >= 5);
}

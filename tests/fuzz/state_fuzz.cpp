// Any bytes as the state's database and as a baseline: opened and read through. Nothing is asserted but that it comes back, and that a
// state can be begun whatever was there.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "touchstone/state.hpp"

namespace {

using namespace touchstone;

// One directory for the process; in memory where there is such a file system.
const std::string& workshop() {
    static const struct Workshop {
        Workshop() {
            path = std::filesystem::is_directory("/dev/shm") ? "/dev/shm/touchstone-fuzz-XXXXXX" : "/tmp/touchstone-fuzz-XXXXXX";
            if (::mkdtemp(path.data()) == nullptr) std::abort();
        }
        ~Workshop() {
            std::error_code ignored;
            std::filesystem::remove_all(path, ignored);
        }
        std::string path;
    } workshop;
    return workshop.path;
}

void put_file(const std::string& path, const std::uint8_t* data, std::size_t size) {
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

void read_known(KnownReader& reader) {
    for (std::string last;;) {
        const auto next = reader.next_directory("", last);
        if (!next || !*next) break;
        last = **next;
    }
    for (const std::string directory : {"", "/", "/d"}) static_cast<void>(reader.children(directory, [](const Glance&) { return true; }));
    static_cast<void>(reader.find("/d/x"));
    static_cast<void>(reader.paths_of({0xfe00, 1}));
}

void read_baseline(const std::string& file) {
    auto reader = BaselineReader::open(file);
    if (!reader) return;
    read_known(*reader);
    static_cast<void>(reader->each("", [](const Observation&) { return true; }));
    static_cast<void>(reader->each("/d", [](const Observation&) { return true; }));
    static_cast<void>(reader->acceptances());
    static_cast<void>(reader->verify());
}

void read_state(const std::string& directory) {
    if (auto store = KnownStore::open("", directory)) {
        read_known(*store);
        static_cast<void>(store->each_reported("", [](const Observation&) { return true; }));
        static_cast<void>(store->value("k"));
    }
}

void use_state(const std::string& directory) {
    auto state = State::open(directory);
    if (!state) {
        std::fprintf(stderr, "%s\n", state.error().what.c_str());
        std::abort();
    }
    static_cast<void>(state->after(0, 100));
    static_cast<void>(state->cursor("json"));
    static_cast<void>(state->begin());
    static_cast<void>(state->move_tree("/d", "/e", nullptr));
    static_cast<void>(state->put({"/d/x", {}, Attributes{}, {}, false}));
    static_cast<void>(state->enqueue({1, "id", "{}", {}}));
    static_cast<void>(state->drop_through(1));
    static_cast<void>(state->commit());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto directory = workshop() + "/state";
    std::filesystem::remove_all(directory);
    if (::mkdir(directory.c_str(), 0700) != 0) std::abort();
    put_file(directory + "/baseline", data, size);
    put_file(directory + "/state.db", data, size);
    read_baseline(directory + "/baseline");
    read_state(directory);
    use_state(directory);
    return 0;
}

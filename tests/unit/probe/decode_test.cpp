#include <sys/sysmacros.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "records.hpp"

using namespace touchstone;
using namespace touchstone::test;
using namespace std::string_view_literals;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

template <class Record>
bool refused(const Record& record) {
    const auto result = decoded(bytes_of(record));
    return !result && result.error().kind == ErrorKind::bad_input;
}

}  // namespace

TEST_CASE("a touch says what, where and who") {
    const auto touch = accepted<TouchRecord>(test::touch());
    CHECK(touch.object == KernelObject{makedev(254, 300), 42});
    CHECK(touch.parent == KernelObject{makedev(254, 300), 2});
    CHECK(touch.name == "passwd");
    CHECK(touch.process == ProcessKey{4242, 99});
    CHECK(touch.credentials == Credentials{1000, 0, 1001, 5});
    CHECK(touch.links == 2);
    CHECK(touch.writers == 3);
    CHECK(touch.writable_mappings == -1);
    CHECK(touch.witness == Witness::write);
    CHECK_FALSE(touch.directory);
    CHECK(touch.time == 1234567);
}

TEST_CASE("a touch without a name has no directory either") {
    auto bytes = test::touch();
    bytes.flags = TS_NO_NAME | TS_DIRECTORY;
    const auto touch = accepted<TouchRecord>(bytes);
    CHECK(touch.name.empty());
    CHECK(touch.parent == KernelObject{});
    CHECK(touch.directory);
}

TEST_CASE("processes begin and end") {
    const auto fork = accepted<ForkRecord>(test::fork());
    CHECK(fork.parent == ProcessKey{100, 5});
    CHECK(fork.child == ProcessKey{101, 6});
    CHECK(accepted<ExitRecord>(test::exit()).process == fork.child);
}

TEST_CASE("a program that is run has a path, arguments and surroundings") {
    const auto exec = accepted<ExecRecord>(test::exec());
    CHECK(exec.path == "/usr/bin/vim.basic");
    CHECK(exec.args == std::vector<std::string>{"vim", "-R", "", "/etc/passwd"});
    CHECK_FALSE(exec.args_cut);
    CHECK(exec.name == "vim.basic");
    CHECK(exec.tty == "pts0");
    CHECK(exec.executable == KernelObject{makedev(8, 1), 11});
    CHECK(exec.credentials == Credentials{1000, 1, 2, 3});
    CHECK(exec.login_uid == 1000);
    CHECK(exec.session == 4294967295u);
    CHECK(exec.pid_namespace == 4026531836u);
    CHECK(exec.mount_namespace == 4026531841u);
    CHECK(exec.cgroup == 77);
}

TEST_CASE("a path is put together from the file upwards") {
    const auto path_of = [](std::string_view components, bool whole) {
        auto bytes = test::exec();
        put(bytes.path, components);
        bytes.path_size = static_cast<std::uint32_t>(components.size());
        bytes.path_whole = whole ? 1 : 0;
        return accepted<ExecRecord>(bytes).path;
    };
    CHECK(path_of("sh\0bin\0"sv, true) == "/bin/sh");
    CHECK(path_of("sh\0bin"sv, true) == "/bin/sh");  // the last without its end
    CHECK(path_of("sh\0bin\0"sv, false) == ".../bin/sh");
    CHECK(path_of("init\0"sv, true) == "/init");
    CHECK(path_of("", true).empty());
    CHECK(path_of("", false).empty());
    CHECK(path_of(std::string(TS_PATH_SIZE, 'x'), true) == "/" + std::string(TS_PATH_SIZE, 'x'));
}

TEST_CASE("arguments that were cut say so, and their last is what there is of it") {
    auto bytes = test::exec();
    std::fill(std::begin(bytes.args), std::end(bytes.args), 'a');
    bytes.args[1] = '\0';
    bytes.args_size = TS_ARGS_SIZE;
    bytes.args_whole = TS_ARGS_SIZE + 1;
    const auto exec = accepted<ExecRecord>(bytes);
    CHECK(exec.args == std::vector<std::string>{"a", std::string(TS_ARGS_SIZE - 2, 'a')});
    CHECK(exec.args_cut);
    bytes.args_size = 0;
    bytes.args_whole = 10;
    CHECK(accepted<ExecRecord>(bytes).args.empty());
    CHECK(accepted<ExecRecord>(bytes).args_cut);
}

TEST_CASE("cut anywhere, or with bytes too many, a record is refused") {
    const auto with_size = [](std::string bytes, std::size_t size) {
        bytes.resize(size);
        return bytes;
    };
    const auto saying = [](std::string bytes, std::size_t size) {
        const auto said = static_cast<std::uint32_t>(size);
        if (bytes.size() >= offsetof(ts_header, size) + sizeof said) std::memcpy(&bytes[offsetof(ts_header, size)], &said, sizeof said);
        return bytes;
    };
    for (const auto& whole : {bytes_of(test::touch()), bytes_of(test::fork()), bytes_of(test::exec()), bytes_of(test::exit())}) {
        CHECK(decoded(whole));
        for (std::size_t size = 0; size < whole.size() + 16; ++size) {
            if (size == whole.size()) continue;
            INFO(size);
            CHECK_FALSE(decoded(with_size(whole, size)));
            CHECK_FALSE(decoded(saying(with_size(whole, size), size)));
            CHECK_FALSE(decoded(saying(whole, size)));
        }
        CHECK_FALSE(decoded(saying(whole, 0xffffffff)));
    }
}

TEST_CASE("an unknown version, kind or witness is refused") {
    auto touch = test::touch();
    touch.header.version = TS_WIRE_VERSION + 1;
    CHECK(refused(touch));
    touch = test::touch();
    for (const int kind : {0, TS_EXIT + 1, 0xffff}) {
        touch.header.kind = static_cast<std::uint16_t>(kind);
        CHECK(refused(touch));
    }
    touch = test::touch();
    for (const int witness : {0, TS_BY_NAME + 1, 255}) {
        touch.witness = static_cast<std::uint8_t>(witness);
        CHECK(refused(touch));
    }
    auto other = test::exit();  // a short record that claims to be a long one
    other.header.kind = TS_EXEC;
    CHECK(refused(other));
}

TEST_CASE("a name that is no entry of a directory is refused") {
    for (const auto name : {""sv, "."sv, ".."sv, "/"sv, "a/b"sv, "../x"sv}) {
        auto touch = test::touch();
        std::fill(std::begin(touch.name), std::end(touch.name), '\0');
        put(touch.name, name);
        INFO(name);
        CHECK(refused(touch));
    }
    auto touch = test::touch();
    std::fill(std::begin(touch.name), std::end(touch.name), 'x');  // and no end
    CHECK(refused(touch));
    touch.name[TS_NAME_SIZE - 1] = '\0';
    CHECK(accepted<TouchRecord>(touch).name == std::string(255, 'x'));
}

TEST_CASE("texts without an end are taken as far as they go") {
    auto exec = test::exec();
    std::fill(std::begin(exec.name), std::end(exec.name), 'n');
    std::fill(std::begin(exec.tty), std::end(exec.tty), 't');
    CHECK(accepted<ExecRecord>(exec).name == std::string(TS_COMM_SIZE, 'n'));
    CHECK(accepted<ExecRecord>(exec).tty == std::string(TS_TTY_SIZE, 't'));
}

TEST_CASE("sizes of a path and of arguments beyond their room are refused") {
    for (const std::uint32_t size : {TS_PATH_SIZE + 1u, 0x80000000u, 0xffffffffu}) {
        auto exec = test::exec();
        exec.path_size = size;
        CHECK(refused(exec));
        exec = test::exec();
        exec.args_size = size;
        CHECK(refused(exec));
    }
}

TEST_CASE("a pid that would be negative is refused: to some calls it means everybody") {
    auto touch = test::touch();
    touch.process.tgid = 0xffffffff;
    CHECK(refused(touch));
    auto fork = test::fork();
    fork.child.tgid = 0x80000000;
    CHECK(refused(fork));
    auto exec = test::exec();
    exec.parent.tgid = 0xffffffff;
    CHECK(refused(exec));
    auto exit = test::exit();
    exit.process.tgid = 0xffffffff;
    CHECK(refused(exit));
}

TEST_CASE("the corpus of the fuzzer is taken apart without harm") {
    std::size_t files = 0, whole = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TOUCHSTONE_SOURCE_DIR "/tests/fuzz/corpus/wire")) {
        INFO(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
        whole += decoded(bytes) ? 1 : 0;
        ++files;
    }
    CHECK(files >= 8);
    CHECK(whole >= 4);  // one of each kind: else the layout has changed and the corpus is of no use
}

// Real files.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/admission.hpp"
#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;
namespace fs = std::filesystem;

namespace {

class Directory {
public:
    Directory() {
        std::string name = (fs::temp_directory_path() / "touchstone-config-XXXXXX").native();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Directory() { fs::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string operator/(const std::string& name) const { return (path_ / name).native(); }
    std::string write(const std::string& name, std::string_view text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return *this / name;
    }

private:
    fs::path path_;
};

}  // namespace

TEST_CASE("drop-ins are read in byte order, later keys win, watches append") {
    const Directory directory;
    const auto main = directory.write("t.toml", "[limits]\npending = 1\ngaps = 1\n[[watch]]\npath = \"/a\"\n");
    const auto b = directory.write("conf.d/b.toml", "[limits]\npending = 2\n[[watch]]\npath = \"/b\"\n");
    const auto a = directory.write("conf.d/B.toml", "[limits]\npending = 3\n\n[[watch]]\npath = \"/B\"\n");
    directory.write("conf.d/c.toml.bak", "nonsense");
    directory.write("conf.d/.hidden.toml", "nonsense");
    const auto loaded = load_config(main);
    REQUIRE(loaded);
    CHECK(loaded->files == std::vector<std::string>{main, a, b});
    CHECK(loaded->config.limits.pending == 2);
    CHECK(loaded->config.limits.gaps == 1);
    CHECK(loaded->origins.at("limits.pending") == b + ":2");
    CHECK(loaded->origins.at("limits.gaps") == main + ":3");
    REQUIRE(loaded->config.watches.size() == 3);
    CHECK(loaded->config.watches[1].path == "/B");
    CHECK(loaded->config.watches[2].path == "/b");
    CHECK(loaded->origins.at("watch[1].path") == a + ":5");
    CHECK(loaded->warnings.empty());
}

TEST_CASE("a drop-in may hold the watches, and problems name their own file") {
    const Directory directory;
    const auto main = directory.write("t.toml", "");
    const auto drop_in = directory.write("conf.d/w.toml", kWatch);
    CHECK(load_config(main));
    const auto other = directory.write("conf.d/x.toml", "\n" + std::string(kWatch) + "oops = 1\n");
    const auto unknown = load_config(main);
    REQUIRE_FALSE(unknown);
    CHECK_THAT(unknown.error().what, Catch::StartsWith(other + ":4: unknown key `oops`"));
    directory.write("conf.d/x.toml", "\n" + std::string(kWatch));
    const auto twice = load_config(main);
    REQUIRE_FALSE(twice);
    CHECK_THAT(twice.error().what, Catch::StartsWith(other + ":3: this path is watched twice"));
    CHECK(says(twice.error().what, "already at " + drop_in + ":2"));
}

TEST_CASE("files that cannot be read") {
    const Directory directory;
    const auto absent = load_config(directory / "none.toml");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().kind == ErrorKind::system);
    CHECK(absent.error().code == ENOENT);
    CHECK(says(absent.error().what, directory / "none.toml"));

    fs::create_directory(directory / "d.toml");
    CHECK(load_config(directory / "d.toml").error().code == EISDIR);

    REQUIRE(::mkfifo((directory / "fifo.toml").c_str(), 0600) == 0);
    CHECK(load_config(directory / "fifo.toml").error().kind == ErrorKind::bad_input);

    directory.write("conf.d", "not a directory");
    CHECK(load_config(directory.write("t.toml", kWatch)).error().code == ENOTDIR);
}

TEST_CASE("an unreadable file is a matter of permission") {
    if (::geteuid() == 0) return;  // root reads it all the same
    const Directory directory;
    const auto main = directory.write("t.toml", kWatch);
    REQUIRE(::chmod(main.c_str(), 0) == 0);
    CHECK(load_config(main).error().kind == ErrorKind::no_permission);
}

TEST_CASE("a file larger than the bound is refused, one of many bytes is read whole") {
    const Directory directory;
    const auto large = load_config(directory.write("t.toml", std::string(kMaxFile + 10, '\n')));
    REQUIRE_FALSE(large);
    CHECK(says(large.error().what, "too large"));
    std::string text = std::string(kWatch);
    while (text.size() < 200'000) text += "# padding\n";
    CHECK(load_config(directory.write("t.toml", text + "[limits]\npending = 9\n"))->config.limits.pending == 9);
}

TEST_CASE("a file that anybody may write is told of") {
    const Directory directory;
    const auto main = directory.write("t.toml", kWatch);
    REQUIRE(::chmod(main.c_str(), 0666) == 0);
    const auto loaded = load_config(main);
    REQUIRE(loaded);
    REQUIRE(loaded->warnings.size() == 1);
    CHECK(says(loaded->warnings[0], "anybody may write"));
}

// A tree to sweep, and what is known of it.
#pragma once

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "touchstone/bytes.hpp"
#include "touchstone/known.hpp"

namespace touchstone::test {

inline constexpr auto kLookedAt = WallTime{Nanoseconds{4'000'000'000'000'000'000}};  // long after any ctime of the test: never racy

class WatchedTree {
public:
    WatchedTree() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sweep-XXXXXX").string();
        root = std::filesystem::canonical(::mkdtemp(pattern.data())).string();
    }
    ~WatchedTree() {
        std::error_code ignored;
        std::filesystem::remove_all(root, ignored);
    }
    std::string operator/(const std::string& name) const { return root + "/" + name; }
    void file(const std::string& name, const std::string& content = "x") const {
        std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
        std::ofstream(*this / name) << content;
    }
    void directory(const std::string& name) const { std::filesystem::create_directories(*this / name); }
    std::string root;
};

// What is known, in memory: an ordinary map of (directory, name), as the databases have it.
class KnownTable {
public:
    void learn(const std::string& path, WallTime looked_at = kLookedAt) {
        struct stat st {};
        REQUIRE(::lstat(path.c_str(), &st) == 0);
        Glance glance;
        glance.type = file_type_of(st.st_mode);
        glance.id = {st.st_dev, st.st_ino};
        glance.size = static_cast<std::uint64_t>(st.st_size);
        glance.ctime = WallTime{std::chrono::seconds(st.st_ctim.tv_sec) + Nanoseconds(st.st_ctim.tv_nsec)};
        glance.looked_at = looked_at;
        put(path, glance);
    }
    void learn_all(const std::string& root) {
        learn(root);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) learn(entry.path().string());
    }
    void put(const std::string& path, Glance glance) {
        const auto split = split_path(path);
        glance.name = split.name;
        rows[std::string(split.directory)][glance.name] = glance;
    }
    Glance& at(const std::string& path) {
        const auto split = split_path(path);
        return rows.at(std::string(split.directory)).at(std::string(split.name));
    }
    std::map<std::string, std::map<std::string, Glance>> rows;
};

class TableReader final : public KnownReader {
public:
    explicit TableReader(const KnownTable& table) : table_(table) {}
    Result<std::optional<Observation>> find(const std::string& path) override {
        const auto split = split_path(path);
        const auto directory = table_.rows.find(std::string(split.directory));
        if (directory == table_.rows.end()) return std::nullopt;
        const auto row = directory->second.find(std::string(split.name));
        if (row == directory->second.end()) return std::nullopt;
        Attributes seen;
        seen.type = row->second.type;
        seen.id = row->second.id;
        seen.size = row->second.size;
        seen.ctime = row->second.ctime;
        return Observation{path, row->second.looked_at, row->second.unreadable ? Look(Unreadable{EACCES, "open", seen}) : Look(seen), {}, false};
    }
    Status children(const std::string& directory, const std::function<bool(const Glance&)>& visit) override {
        const auto found = table_.rows.find(directory);
        if (found == table_.rows.end()) return {};
        for (const auto& [name, glance] : found->second)
            if (!visit(glance)) break;
        return {};
    }
    Result<std::optional<std::string>> next_directory(const std::string& scope, const std::string& after) override {
        for (auto row = table_.rows.upper_bound(after); row != table_.rows.end(); ++row)
            if (scope.empty() || is_within(row->first, scope)) return row->first;
        return std::nullopt;
    }
    Result<std::vector<std::string>> paths_of(ObjectId) override { return std::vector<std::string>{}; }

private:
    const KnownTable& table_;
};

}  // namespace touchstone::test

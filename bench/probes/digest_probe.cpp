// probe-digest ROOT THREADS [DATABASE|cold]: reads and hashes (SHA-256) every regular file of one file system, as plainly as can be, and puts path and
// digest into a table of a new SQLite database; prints seconds, files and bytes as a JSON object. Finding the files is not part of the time. `cold`: the
// page cache and what the kernel knows of names and inodes are dropped once the files are found, so that the loop reads all that it needs from the disk.
#include <fcntl.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "touchstone/fd.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const char* root) {
    std::vector<std::string> files;
    struct stat top {};
    if (::stat(root, &top) != 0) return files;
    for (fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied), end; entry != end; ++entry) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0) continue;
        if (status.st_dev != top.st_dev) entry.disable_recursion_pending();
        if (status.st_dev == top.st_dev && S_ISREG(status.st_mode)) files.push_back(entry->path());
    }
    return files;
}

bool drop_caches() {
    ::sync();
    const touchstone::Fd control(::open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC));
    return control && ::write(control.get(), "3", 1) == 1;
}

// In one transaction; a null database takes nothing.
class Table {
public:
    explicit Table(const char* file) {
        if (file == nullptr) return;
        sqlite3_open(file, &database_);
        sqlite3_exec(database_, "CREATE TABLE file(path BLOB PRIMARY KEY, digest BLOB) WITHOUT ROWID; BEGIN", nullptr, nullptr, nullptr);
        sqlite3_prepare_v2(database_, "INSERT INTO file VALUES(?1, ?2)", -1, &insert_, nullptr);
    }
    ~Table() {
        if (database_ == nullptr) return;
        sqlite3_finalize(insert_);
        sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr);
        sqlite3_close(database_);
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    void put(const std::string& path, const unsigned char* digest, unsigned size) {
        if (database_ == nullptr) return;
        const std::lock_guard lock(mutex_);
        sqlite3_bind_blob(insert_, 1, path.data(), static_cast<int>(path.size()), SQLITE_STATIC);
        sqlite3_bind_blob(insert_, 2, digest, static_cast<int>(size), SQLITE_STATIC);
        sqlite3_step(insert_);
        sqlite3_reset(insert_);
    }

private:
    sqlite3* database_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    std::mutex mutex_;
};

struct Sum {
    std::atomic<std::size_t> next{0};
    std::atomic<std::uint64_t> bytes{0}, failures{0};
};

void digest_all(const std::vector<std::string>& files, Sum& sum, Table& table) {
    std::vector<char> buffer(256 << 10);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    for (std::size_t i; (i = sum.next++) < files.size();) {
        const touchstone::Fd file(::open(files[i].c_str(), O_RDONLY | O_CLOEXEC | O_NOATIME));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0) {
            ++sum.failures;
            continue;
        }
        EVP_DigestInit_ex2(context, algorithm, nullptr);
        for (ssize_t got = 0; (got = ::read(file.get(), buffer.data(), buffer.size())) > 0;) {
            EVP_DigestUpdate(context, buffer.data(), static_cast<std::size_t>(got));
            sum.bytes += static_cast<std::uint64_t>(got);
        }
        EVP_DigestFinal_ex(context, digest, &size);
        table.put(files[i], digest, size);
    }
    EVP_MD_free(algorithm);
    EVP_MD_CTX_free(context);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: probe-digest ROOT THREADS [DATABASE|cold]\n");
        return 64;
    }
    const auto threads = std::strtoul(argv[2], nullptr, 10);
    const auto files = files_of(argv[1]);
    const bool cold = argc > 3 && std::strcmp(argv[3], "cold") == 0;
    if (cold && !drop_caches()) {
        std::perror("probe-digest: /proc/sys/vm/drop_caches");
        return 1;
    }
    Sum sum;
    const auto begun = std::chrono::steady_clock::now();
    {
        Table table(argc > 3 && !cold ? argv[3] : nullptr);
        std::vector<std::thread> workers;
        for (unsigned long i = 1; i < threads; ++i) workers.emplace_back([&] { digest_all(files, sum, table); });
        digest_all(files, sum, table);
        for (auto& worker : workers) worker.join();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("{\"seconds\": %.6f, \"files\": %zu, \"bytes\": %llu, \"failures\": %llu}\n", took.count(), files.size(),
                static_cast<unsigned long long>(sum.bytes), static_cast<unsigned long long>(sum.failures));
    return 0;
}

// One look at one file, beside the least that it must do: open, fstat, read, digest, close.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/paired_digests.hpp"
#include "trees.hpp"

namespace {

using namespace touchstone;

const std::string& file_of(std::int64_t bytes) {
    static const bench::Scratch scratch;
    static std::map<std::int64_t, std::string> made;
    auto& path = made[bytes];
    if (path.empty()) {
        path = scratch.path(std::to_string(bytes));
        scratch.write(std::to_string(bytes), static_cast<std::size_t>(bytes));
    }
    return path;
}

void look(benchmark::State& state, Profile profile, DigestAlgorithm digest = DigestAlgorithm::sha256) {
    auto observer = Observer::make(digest);
    if (!observer) return state.SkipWithError(observer.error().what.c_str());
    const auto& path = file_of(state.range(0));
    LookOptions options;
    options.profile = profile;
    const WallTime now{std::chrono::seconds(1'700'000'000)};
    for (auto _ : state) {
        const auto seen = observer->look(path, options, now);
        if (seen.attributes() == nullptr) return state.SkipWithError("not looked at");
    }
    state.SetBytesProcessed(profile == Profile::metadata ? 0 : state.iterations() * state.range(0));
}

void read_and_digest(benchmark::State& state) {
    const auto& path = file_of(state.range(0));
    std::vector<char> buffer(256 << 10);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    unsigned char digest[EVP_MAX_MD_SIZE];
    for (auto _ : state) {
        const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        ::fstat(fd.get(), &status);
        EVP_DigestInit_ex2(context, algorithm, nullptr);
        for (ssize_t got = 0; (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0;)
            EVP_DigestUpdate(context, buffer.data(), static_cast<std::size_t>(got));
        EVP_DigestFinal_ex(context, digest, nullptr);
        benchmark::DoNotOptimize(digest);
    }
    EVP_MD_free(algorithm);
    EVP_MD_CTX_free(context);
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

// Two files of that size; bytes are those of both.
void paired_digests(benchmark::State& state) {
    const auto& path = file_of(state.range(0));
    int missing = 0;
    const auto pairs = PairedDigests::make(
        DigestAlgorithm::sha256, [] { return true; }, [&](const PairedDigests::File&, const std::string* digest) { missing += digest == nullptr; });
    if (!pairs) return state.SkipWithError("not offered here");
    for (auto _ : state) {
        for (int each = 0; each < 2; ++each) {
            PairedDigests::File file{path, Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC))};
            ::statx(file.opened.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &file.status);
            pairs->add(std::move(file));
        }
        while (pairs->read_on()) {}
    }
    if (missing != 0) return state.SkipWithError("not read");
    state.SetBytesProcessed(state.iterations() * state.range(0) * 2);
}

void sizes(benchmark::internal::Benchmark* one) { one->Arg(0)->Arg(4 << 10)->Arg(64 << 10)->Arg(1 << 20)->Arg(64 << 20); }
BENCHMARK_CAPTURE(look, content, Profile::content)->Apply(sizes);
BENCHMARK(read_and_digest)->Apply(sizes);
BENCHMARK(paired_digests)->Arg(64 << 10)->Arg(1 << 20)->Arg(64 << 20);
BENCHMARK_CAPTURE(look, sha512, Profile::content, DigestAlgorithm::sha512)->Arg(1 << 20);
BENCHMARK_CAPTURE(look, sha3_256, Profile::content, DigestAlgorithm::sha3_256)->Arg(1 << 20);
BENCHMARK_CAPTURE(look, metadata, Profile::metadata)->Arg(4 << 10);

}  // namespace

//! Carry-less multiplication by PCLMULQDQ on one element, and by VPCLMULQDQ on two or four at once.
#![allow(unsafe_code, reason = "instructions that not every processor has, and loads and stores by pointer")]

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::*;

use super::lanes::{HL, LL, Lanes, Op};
use crate::field::{FOLD, Gf128};

/// PCLMULQDQ: one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clmul(());

/// VPCLMULQDQ with AVX2: two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vclmul256(());

/// VPCLMULQDQ with AVX-512: four elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vclmul512(());

impl Clmul {
    pub(super) fn detect() -> Option<Clmul> {
        is_x86_feature_detected!("pclmulqdq").then_some(Clmul(()))
    }
}

impl Vclmul256 {
    pub(super) fn detect() -> Option<Vclmul256> {
        let has = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("vpclmulqdq");
        (has && Clmul::detect().is_some()).then_some(Vclmul256(()))
    }

    /// The same on one element.
    pub(super) fn single(self) -> Clmul {
        Clmul(())
    }
}

impl Vclmul512 {
    pub(super) fn detect() -> Option<Vclmul512> {
        let has = is_x86_feature_detected!("avx512f") && Vclmul256::detect().is_some();
        has.then_some(Vclmul512(()))
    }

    /// The same on one element.
    pub(super) fn single(self) -> Clmul {
        Clmul(())
    }
}

impl Lanes for Clmul {
    const N: usize = 1;

    type V = __m128i;

    #[inline]
    fn run<O: Op>(self, op: O) -> O::Output {
        #[target_feature(enable = "pclmulqdq")]
        fn run<O: Op>(lanes: Clmul, op: O) -> O::Output {
            op.run(lanes)
        }
        // SAFETY: `self` exists, so the processor has these instructions.
        unsafe { run(self, op) }
    }

    #[inline(always)]
    fn splat(self, element: Gf128) -> __m128i {
        halves(element.0)
    }

    #[inline(always)]
    fn load(self, elements: &[Gf128]) -> __m128i {
        assert!(elements.len() >= Self::N);
        // SAFETY: the slice has enough elements of 16 bytes; x86-64 has SSE2.
        unsafe { _mm_loadu_si128(elements.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, v: __m128i, elements: &mut [Gf128]) {
        assert!(elements.len() >= Self::N);
        // SAFETY: the slice has enough elements of 16 bytes; x86-64 has SSE2.
        unsafe { _mm_storeu_si128(elements.as_mut_ptr().cast(), v) }
    }

    #[inline(always)]
    fn load_lower(self, numbers: &[u64]) -> __m128i {
        halves(u128::from(numbers[0]))
    }

    #[inline(always)]
    fn transpose(self, _: &mut [__m128i]) {}

    #[inline(always)]
    fn add(self, a: __m128i, b: __m128i) -> __m128i {
        // SAFETY: x86-64 has SSE2.
        unsafe { _mm_xor_si128(a, b) }
    }

    #[inline(always)]
    fn clmul<const HALVES: i32>(self, a: __m128i, b: __m128i) -> __m128i {
        // SAFETY: `self` exists, so the processor has PCLMULQDQ.
        unsafe { _mm_clmulepi64_si128::<HALVES>(a, b) }
    }

    #[inline(always)]
    fn up(self, v: __m128i) -> __m128i {
        // SAFETY: x86-64 has SSE2.
        unsafe { _mm_unpacklo_epi64(_mm_setzero_si128(), v) }
    }

    #[inline(always)]
    fn down(self, v: __m128i) -> __m128i {
        // SAFETY: x86-64 has SSE2.
        unsafe { _mm_unpackhi_epi64(v, _mm_setzero_si128()) }
    }

    #[inline(always)]
    fn fold_lower(self, v: __m128i) -> __m128i {
        self.clmul::<LL>(v, self.splat(Gf128(FOLD)))
    }

    #[inline(always)]
    fn fold_upper(self, v: __m128i) -> __m128i {
        self.clmul::<HL>(v, self.splat(Gf128(FOLD)))
    }
}

impl Lanes for Vclmul256 {
    const N: usize = 2;

    type V = __m256i;

    #[inline]
    fn run<O: Op>(self, op: O) -> O::Output {
        #[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
        fn run<O: Op>(lanes: Vclmul256, op: O) -> O::Output {
            op.run(lanes)
        }
        // SAFETY: `self` exists, so the processor has these instructions.
        unsafe { run(self, op) }
    }

    #[inline(always)]
    fn splat(self, element: Gf128) -> __m256i {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { _mm256_broadcastsi128_si256(halves(element.0)) }
    }

    #[inline(always)]
    fn load(self, elements: &[Gf128]) -> __m256i {
        assert!(elements.len() >= Self::N);
        // SAFETY: the slice has enough elements of 16 bytes; `self` exists, so the processor has AVX2.
        unsafe { _mm256_loadu_si256(elements.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, v: __m256i, elements: &mut [Gf128]) {
        assert!(elements.len() >= Self::N);
        // SAFETY: the slice has enough elements of 16 bytes; `self` exists, so the processor has AVX2.
        unsafe { _mm256_storeu_si256(elements.as_mut_ptr().cast(), v) }
    }

    #[inline(always)]
    fn load_lower(self, numbers: &[u64]) -> __m256i {
        let [a, b] = [0, 1].map(|i| numbers[i] as i64);
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { _mm256_set_epi64x(b, b, a, a) }
    }

    #[inline(always)]
    fn transpose(self, vectors: &mut [__m256i]) {
        let (a, b) = (vectors[0], vectors[1]);
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe {
            vectors[0] = _mm256_permute2x128_si256::<0x20>(a, b);
            vectors[1] = _mm256_permute2x128_si256::<0x31>(a, b);
        }
    }

    #[inline(always)]
    fn add(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { _mm256_xor_si256(a, b) }
    }

    #[inline(always)]
    fn clmul<const HALVES: i32>(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` exists, so the processor has VPCLMULQDQ and AVX2.
        unsafe { _mm256_clmulepi64_epi128::<HALVES>(a, b) }
    }

    #[inline(always)]
    fn up(self, v: __m256i) -> __m256i {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { _mm256_unpacklo_epi64(_mm256_setzero_si256(), v) }
    }

    #[inline(always)]
    fn down(self, v: __m256i) -> __m256i {
        // SAFETY: `self` exists, so the processor has AVX2.
        unsafe { _mm256_unpackhi_epi64(v, _mm256_setzero_si256()) }
    }

    #[inline(always)]
    fn fold_lower(self, v: __m256i) -> __m256i {
        self.clmul::<LL>(v, self.splat(Gf128(FOLD)))
    }

    #[inline(always)]
    fn fold_upper(self, v: __m256i) -> __m256i {
        self.clmul::<HL>(v, self.splat(Gf128(FOLD)))
    }
}

impl Lanes for Vclmul512 {
    const N: usize = 4;

    type V = __m512i;

    #[inline]
    fn run<O: Op>(self, op: O) -> O::Output {
        #[target_feature(enable = "avx512f,avx2,vpclmulqdq,pclmulqdq")]
        fn run<O: Op>(lanes: Vclmul512, op: O) -> O::Output {
            op.run(lanes)
        }
        // SAFETY: `self` exists, so the processor has these instructions.
        unsafe { run(self, op) }
    }

    #[inline(always)]
    fn splat(self, element: Gf128) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_broadcast_i32x4(halves(element.0)) }
    }

    #[inline(always)]
    fn load(self, elements: &[Gf128]) -> __m512i {
        assert!(elements.len() >= Self::N);
        // SAFETY: the slice has enough elements of 16 bytes; `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_loadu_si512(elements.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, v: __m512i, elements: &mut [Gf128]) {
        assert!(elements.len() >= Self::N);
        // SAFETY: the slice has enough elements of 16 bytes; `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_storeu_si512(elements.as_mut_ptr().cast(), v) }
    }

    #[inline(always)]
    fn load_lower(self, numbers: &[u64]) -> __m512i {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| numbers[i] as i64);
        // SAFETY: `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_set_epi64(d, d, c, c, b, b, a, a) }
    }

    #[inline(always)]
    fn transpose(self, vectors: &mut [__m512i]) {
        let (a, b, c, d) = (vectors[0], vectors[1], vectors[2], vectors[3]);
        // SAFETY: `self` exists, so the processor has AVX-512F.
        unsafe {
            let low = [_mm512_shuffle_i64x2::<0x44>(a, b), _mm512_shuffle_i64x2::<0x44>(c, d)];
            let high = [_mm512_shuffle_i64x2::<0xEE>(a, b), _mm512_shuffle_i64x2::<0xEE>(c, d)];
            vectors[0] = _mm512_shuffle_i64x2::<0x88>(low[0], low[1]);
            vectors[1] = _mm512_shuffle_i64x2::<0xDD>(low[0], low[1]);
            vectors[2] = _mm512_shuffle_i64x2::<0x88>(high[0], high[1]);
            vectors[3] = _mm512_shuffle_i64x2::<0xDD>(high[0], high[1]);
        }
    }

    #[inline(always)]
    fn add(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_xor_si512(a, b) }
    }

    #[inline(always)]
    fn clmul<const HALVES: i32>(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has VPCLMULQDQ and AVX-512F.
        unsafe { _mm512_clmulepi64_epi128::<HALVES>(a, b) }
    }

    #[inline(always)]
    fn up(self, v: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_unpacklo_epi64(_mm512_setzero_si512(), v) }
    }

    #[inline(always)]
    fn down(self, v: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512F.
        unsafe { _mm512_unpackhi_epi64(v, _mm512_setzero_si512()) }
    }

    #[inline(always)]
    fn fold_lower(self, v: __m512i) -> __m512i {
        self.clmul::<LL>(v, self.splat(Gf128(FOLD)))
    }

    #[inline(always)]
    fn fold_upper(self, v: __m512i) -> __m512i {
        self.clmul::<HL>(v, self.splat(Gf128(FOLD)))
    }
}

/// The number as a vector of its two halves.
#[inline(always)]
fn halves(v: u128) -> __m128i {
    // SAFETY: x86-64 has SSE2.
    unsafe { _mm_set_epi64x((v >> 64) as i64, v as i64) }
}

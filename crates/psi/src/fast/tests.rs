//! The code against its definition, written a second time and slowly.

use super::*;
use crate::par::Sequential;
use crate::prg::Stream;

/// Runs the definition of the code on any vector with addition: a dense matrix when its elements are sets.
struct Definition {
    streams: Streams,
    len: usize,
}

impl Definition {
    fn compress<T: Clone + Default>(&self, input: &[T], add: &impl Fn(&T, &T) -> T) -> Vec<T> {
        let first = self.permute(&running_sums(input, add), 0);
        let second = self.permute(&running_sums(&first, add), 1);
        let matrices = self.streams.matrices();
        let book = book::all();
        let blocks = second.chunks_exact(64).zip(matrices);
        blocks
            .flat_map(|(block, matrix)| {
                book[usize::from(matrix)].into_iter().enumerate().map(move |(r, row)| {
                    let set = (0..32).filter(move |c| row >> c & 1 == 1);
                    set.fold(block[r].clone(), |sum, c| add(&sum, &block[32 + c]))
                })
            })
            .collect()
    }

    fn permute<T: Clone>(&self, input: &[T], round: u8) -> Vec<T> {
        let mut buckets = vec![Vec::new(); self.streams.buckets()];
        let mut labels = Labels::new(&self.streams, round, 0);
        input.iter().for_each(|element| buckets[labels.next()].push(element.clone()));
        let shuffled = buckets.iter().enumerate().flat_map(|(number, bucket)| {
            let mut draws = Draws::new(&self.streams, round, number);
            let mut order = Vec::new();
            for i in 0..bucket.len() {
                let q = draws.below(i + 1);
                order.push(i);
                order[i] = order[q];
                order[q] = i;
            }
            order.into_iter().map(|at| bucket[at].clone())
        });
        shuffled.collect()
    }
}

fn running_sums<T: Clone + Default>(input: &[T], add: &impl Fn(&T, &T) -> T) -> Vec<T> {
    let sums = input.iter().scan(T::default(), |sum, element| {
        *sum = add(sum, element);
        Some(sum.clone())
    });
    sums.collect()
}

fn code(len: usize, label_bits: u32) -> (Fast, Definition) {
    let streams = || Streams::with_label_bits(len, label_bits);
    (
        Fast { len, blocks: Blocks::new(&streams()), streams: streams() },
        Definition { streams: streams(), len },
    )
}

fn input(len: usize, seed: u8) -> Vec<Gf128> {
    Stream::new(&[seed; 16], 0).elements(0, len).to_vec()
}

fn compress(code: &Fast, input: &[Gf128], par: &dyn Par) -> Vec<Gf128> {
    let load = |at: usize, page: &mut [Gf128; PAGE]| page.copy_from_slice(&input[at * PAGE..][..PAGE]);
    code.compress(load, &Pool::default(), par)
}

#[test]
fn compresses_as_defined() {
    for (len, label_bits) in
        [(256, 0), (256, 2), (768, 1), (1024, 3), (1 << 13, 5), (1 << 17, 10), (66_560, 9)]
    {
        let (code, definition) = code(len, label_bits);
        assert_eq!(definition.len, code.len);
        let v = input(len, 1);
        let due = definition.compress(&v, &|a: &Gf128, b: &Gf128| *a + *b);
        assert!(compress(&code, &v, &Sequential) == due, "{len} elements, {label_bits} bits");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (code, _) = code(1 << 17, 6);
    let v = input(1 << 17, 3);
    let due = compress(&code, &v, &Sequential);
    for threads in [2, 3, 16] {
        let pool = crate::par::tests::Rayon::new(threads);
        assert!(compress(&code, &v, &pool) == due, "{threads} threads");
    }
}

/// The rows of the generator matrix as bit sets, by sending sets through the definition.
fn generator(len: usize, label_bits: u32) -> Vec<Vec<u64>> {
    let (_, definition) = code(len, label_bits);
    let units: Vec<Vec<u64>> =
        (0..len).map(|i| (0..len / 64).map(|word| u64::from(word == i / 64) << (i % 64)).collect()).collect();
    definition.compress(&units, &|a: &Vec<u64>, b: &Vec<u64>| {
        if a.is_empty() { b.clone() } else { a.iter().zip(b).map(|(a, b)| a ^ b).collect() }
    })
}

#[test]
fn the_generator_reproduces_the_code_and_has_full_rank() {
    let (len, label_bits) = (512, 2);
    let rows = generator(len, label_bits);
    let v = input(len, 4);
    let by_matrix: Vec<Gf128> = rows
        .iter()
        .map(|row| (0..len).filter(|i| row[i / 64] >> (i % 64) & 1 == 1).map(|i| v[i]).sum())
        .collect();
    let (code, _) = code(len, label_bits);
    assert!(compress(&code, &v, &Sequential) == by_matrix);
    assert_eq!(rank(rows), len / 2);
}

fn rank(mut rows: Vec<Vec<u64>>) -> usize {
    let mut rank = 0;
    for bit in 0..rows[0].len() * 64 {
        let is_set = |row: &Vec<u64>| row[bit / 64] >> (bit % 64) & 1 == 1;
        let Some(pivot) = (rank..rows.len()).find(|r| is_set(&rows[*r])) else { continue };
        rows.swap(rank, pivot);
        let (above, below) = rows.split_at_mut(rank + 1);
        for row in below.iter_mut().filter(|row| is_set(row)) {
            row.iter_mut().zip(&above[rank]).for_each(|(word, pivot)| *word ^= pivot);
        }
        rank += 1;
    }
    rank
}

/// Sums of up to three rows stay near half the length: the light words that a wrong order of the steps or a
/// permutation used twice would leave show here.
#[test]
fn sums_of_few_rows_are_heavy() {
    let rows = generator(512, 2);
    let weight = |picked: &[usize]| -> u32 {
        (0..8).map(|word| picked.iter().fold(0, |sum, r| sum ^ rows[*r][word]).count_ones()).sum()
    };
    let lightest = (0..256).flat_map(|a| (0..a).map(move |b| [a, b]));
    let pairs = lightest.map(|pair| weight(&pair)).min().expect("there are pairs");
    let triples = (0..256).flat_map(|a| (0..a).step_by(5).map(move |b| [a, b, b / 2]));
    let triples = triples.filter(|t| t[1] != t[2]).map(|t| weight(&t)).min().expect("there are triples");
    assert!(pairs.min(triples) > 170, "{pairs} and {triples} of 512");
}

#[test]
fn the_two_permutations_are_bijections_and_differ_and_depend_on_the_length() {
    let permuted = |len: usize, round| {
        let (_, definition) = code(len, 3);
        definition.permute(&(0..len).collect::<Vec<_>>(), round)
    };
    let sorted = |mut order: Vec<usize>| {
        order.sort_unstable();
        order
    };
    let identity: Vec<usize> = (0..1024).collect();
    assert!(sorted(permuted(1024, 0)) == identity && sorted(permuted(1024, 1)) == identity);
    assert!(permuted(1024, 0) != permuted(1024, 1) && permuted(1024, 0) != identity);
    assert!(permuted(2048, 0)[..1024] != permuted(1024, 0));
    assert!(permuted(2048, 1)[..1024] != permuted(1024, 1));
}

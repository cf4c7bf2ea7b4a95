package dev.wwts;

/**
 * The model's self-test, replayed: what the reference pipeline in Python answered, held against
 * what this one answers.
 *
 * @param reference the software that made the reference
 * @param pictures how many pictures
 * @param clear of them, those whose best two reference probabilities are at least 0.02 apart
 * @param agreeing of the clear ones, those with the same top-1
 * @param logitDifference the largest, relative to the reference's largest absolute logit
 * @param logitTolerance how large it may be: what the exporter measured for this model, 0.001 for
 *     files that do not say; more in less than 32 bits and on a card
 * @param probabilityDifference the largest, absolute
 * @param probabilityTolerance how large it may be: 0.02, in less than 32 bits 0.05
 * @param embeddingCosine the least between an embedding, of a picture or a text, and the
 *     reference's; 1 where the model gives none
 * @param embeddingTolerance how small it may be: about 0.99999, in less than 32 bits and on a card
 *     0.999
 * @param scoreDifference the largest between a picture's product with a text and the reference's; 0
 *     where the model has no text tower
 * @param scoreTolerance how large it may be: as far as such a cosine moves a product
 * @param passed whether all clear ones agree, and differences and embeddings are tolerable
 */
public record Verification(
    String reference,
    int pictures,
    int clear,
    int agreeing,
    double logitDifference,
    double logitTolerance,
    double probabilityDifference,
    double probabilityTolerance,
    double embeddingCosine,
    double embeddingTolerance,
    double scoreDifference,
    double scoreTolerance,
    boolean passed) {}
